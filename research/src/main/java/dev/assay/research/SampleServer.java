package dev.assay.research;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.World;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The harness's end of the pipe: serves samples of each run's world and counts them. A batch that would go beyond the
 * declared number is refused, and the attempt remembered.
 */
final class SampleServer {
    private static final int ESTIMATES = 128;
    private static final int MOST_ROWS = 1 << 16;

    private final WorldPool worlds;
    private final List<Draw> draws;
    private final long declared;
    private final long[] served;
    private final int[] estimates;
    private Optional<String> breach = Optional.empty();
    private int run = -1;

    SampleServer(WorldPool worlds, List<Draw> draws, long declared) {
        this.worlds = worlds;
        this.draws = draws;
        this.declared = declared;
        this.served = new long[draws.size()];
        this.estimates = new int[draws.size()];
    }

    /** Samples served to each run. */
    long[] served() {
        return served.clone();
    }

    /** What was asked for that was not granted. */
    Optional<String> breach() {
        return breach;
    }

    /** Serves until the process closes its end. */
    void serve(Process process) throws IOException {
        var in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        var out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 1 << 18));
        Sampler sampler = null;
        try {
            while (true) {
                int request = in.readInt();
                long index = in.readLong();
                int rows = in.readInt();
                if (request == TrainingJob.BEGIN) {
                    if (sampler != null) sampler.close();
                    sampler = begin(index);
                    out.writeInt(worlds.of(draws.get(run)).hiddenDim());
                } else if (sampler == null || !granted(index, rows)) {
                    out.writeInt(TrainingJob.REFUSED);
                } else {
                    out.writeInt(TrainingJob.GRANTED);
                    out.write(batch(sampler, index, rows));
                }
                out.flush();
            }
        } catch (EOFException e) {
            // the process has ended, or closed its output
        } finally {
            if (sampler != null) sampler.close();
        }
    }

    private Sampler begin(long number) {
        if (number != run + 1 || number >= draws.size())
            throw new ResearchException("run " + number + " was asked for after run " + run);
        run = (int) number;
        World world = worlds.of(draws.get(run));
        return new Sampler(world, SplitRandom.of(draws.get(run).training()).split("training"), 1);
    }

    private boolean granted(long index, int rows) {
        if (rows < 1 || rows > MOST_ROWS) return refuse("asked for a batch of " + rows);
        if (index < 0) {
            if (++estimates[run] > ESTIMATES)
                return refuse("asked for more than " + ESTIMATES + " batches for estimates");
            return true;
        }
        if (served[run] + rows > declared)
            return refuse("asked for more than the " + declared + " samples that it declared");
        served[run] += rows;
        return true;
    }

    private boolean refuse(String why) {
        if (breach.isEmpty()) breach = Optional.of(why);
        return false;
    }

    private static byte[] batch(Sampler sampler, long index, int rows) {
        try (var scope = Scope.open();
                Samples samples = sampler.sample(index, rows)) {
            float[] values = samples.hidden().floats();
            var bytes = new byte[values.length * Float.BYTES];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(values);
            return bytes;
        }
    }
}
