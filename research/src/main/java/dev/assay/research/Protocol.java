package dev.assay.research;

import java.util.List;
import java.util.Map;

/**
 * What holds for a workspace from its first day to its last: the contract that every run must meet, the limits that it
 * runs under, and the ladder of evidence that an idea has to climb. Kept in {@code protocol.json}; its hash is in the
 * ledger.
 *
 * @param family of worlds, see {@link WorldFamily}
 * @param latents width of the dictionary
 * @param samples that a full run trains on
 * @param learningRate of Adam at its height
 * @param k wanted latents per sample
 * @param l0Tolerance measured L0 may be off k by this share
 * @param scored samples of a score
 * @param baseline values of grammar slots that the loop starts from; none is the bare baseline
 * @param without slots of the grammar that the researchers are not given
 * @param familyEvery one of so many sprints comes from another family of ideas than the sprints before it
 */
public record Protocol(
        String family,
        int latents,
        long samples,
        int batch,
        double learningRate,
        double k,
        double l0Tolerance,
        long scored,
        Map<String, String> baseline,
        List<String> without,
        int familyEvery,
        Limits limits,
        Ladder ladder) {
    public static final String FILE = "protocol.json";

    public Protocol {
        baseline = Map.copyOf(baseline);
        without = List.copyOf(without);
        if (latents < 2 || samples < batch || batch < 1 || !(learningRate > 0) || !(k > 0) || familyEvery < 2)
            throw new ResearchException(
                    FILE + ": latents, samples, batch, learning-rate and k must be positive, samples"
                            + " at least one batch, family-every at least 2");
    }

    /**
     * Of one training process.
     *
     * @param seconds of a run of full length; shorter runs get their share, but never less than 60
     * @param heapMegabytes of Java
     * @param residentMegabytes of the process
     * @param fileMegabytes of one file that it writes
     */
    public record Limits(long seconds, int heapMegabytes, int residentMegabytes, int fileMegabytes) {
        /** Of a process that makes so many runs, one after the other. */
        Limits times(int runs) {
            return within(runs * seconds);
        }

        Limits within(long otherSeconds) {
            return new Limits(otherSeconds, heapMegabytes, residentMegabytes, fileMegabytes);
        }
    }

    /**
     * How evidence is gathered: at each rung of the screen all entrants that are left run on fresh pairs and the better
     * part stays; the best one is confirmed at counted looks, and then held to worlds that nobody has tuned on.
     *
     * @param screenShares training length of each rung as a share of {@link Protocol#samples}
     * @param screenPairs pairs (worlds and seeds) of each rung
     * @param keepShare of the entrants of a rung that go on, at least one
     * @param looks numbers of pairs at which the confirmation is looked at, rising
     * @param holdOutPairs pairs on held-out worlds
     * @param floorSeeds baseline runs that the noise floor is taken from
     * @param alpha chance of a false confirmation, one-sided
     */
    public record Ladder(
            List<Double> screenShares,
            List<Integer> screenPairs,
            double keepShare,
            List<Integer> looks,
            int holdOutPairs,
            int floorSeeds,
            double alpha) {
        public Ladder {
            screenShares = List.copyOf(screenShares);
            screenPairs = List.copyOf(screenPairs);
            looks = List.copyOf(looks);
            if (screenShares.size() != screenPairs.size() || looks.isEmpty() || floorSeeds < 2 || holdOutPairs < 2)
                throw new ResearchException(
                        FILE + ": ladder needs as many screen-pairs as screen-shares, a look, and at"
                                + " least two floor-seeds and hold-out-pairs");
        }
    }

    /** For a family of worlds. */
    public static Protocol of(String family, Map<String, String> baseline, List<String> without) {
        Ladder ladder = new Ladder(List.of(0.25, 1.0), List.of(2, 3), 0.5, List.of(5, 10), 6, 5, 0.025);
        return switch (family) {
            case "small" ->
                new Protocol(
                        family, 128, 512_000, 512, 3e-3, 5.8, 0.3, 100_000, baseline, without, 4, limits(600), ladder);
            case "suite" ->
                new Protocol(
                        family,
                        512,
                        4_000_000,
                        1024,
                        1e-3,
                        12,
                        0.2,
                        100_000,
                        baseline,
                        without,
                        4,
                        limits(7200),
                        ladder);
            case "tiny", "noise" ->
                new Protocol(family, 16, 12_800, 32, 1e-2, 2.5, 0.4, 4_000, baseline, without, 4, limits(120), ladder);
            default -> throw WorldFamily.unknown(family);
        };
    }

    private static Limits limits(long seconds) {
        return new Limits(seconds, 1024, 3072, 512);
    }

    Protocol withLadder(Ladder other) {
        return with(limits, other);
    }

    Protocol withLimits(Limits other) {
        return with(other, ladder);
    }

    private Protocol with(Limits newLimits, Ladder newLadder) {
        return new Protocol(
                family,
                latents,
                samples,
                batch,
                learningRate,
                k,
                l0Tolerance,
                scored,
                baseline,
                without,
                familyEvery,
                newLimits,
                newLadder);
    }
}
