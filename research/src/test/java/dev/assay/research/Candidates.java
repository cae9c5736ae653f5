package dev.assay.research;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Candidates that are code, of which each tries something. */
final class Candidates {
    private static final String FRAME = """
            import dev.assay.research.*;
            import dev.assay.sae.*;
            import java.nio.file.*;
            public final class Candidate implements TrainingCode {
                public InferenceSae train(TrainingTask task) {
                    try { %s } catch (Exception e) { throw new RuntimeException(e); }
                }
            }
            """;
    private static final String ORDINARY = "return new RecipeTraining().train(task);";

    private Candidates() {}

    static Map<String, String> code(String body) {
        return Map.of("Candidate.java", FRAME.formatted(body));
    }

    static Map<String, String> deadBranch() {
        return code("if (task.recipe().latents() < 0) throw new IllegalStateException(\"a great idea\");" + ORDINARY);
    }

    static Map<String, String> otherSeed() {
        return code("return new RecipeTraining().train(new TrainingTask(task.recipe(), task.data(), task.seed() + 1,"
                + " task.losses()));");
    }

    static Map<String, String> writes(Path file) {
        return code("Files.writeString(Path.of(\"" + file.toAbsolutePath() + "\"), \"mine\");" + ORDINARY);
    }

    static Map<String, String> neverStops() {
        return code("while (task.seed() != -1) Thread.sleep(50);" + ORDINARY);
    }

    static Map<String, String> allocates() {
        return code("var all = new java.util.ArrayList<byte[]>(); while (task.seed() != -1) all.add(new byte[1 << 24]);"
                + ORDINARY);
    }

    static Map<String, String> allocatesOutsideOfTheHeap() {
        return code("while (task.seed() != -1) { java.lang.foreign.Arena.global().allocate(1 << 26).fill((byte) 1);"
                + " Thread.sleep(20); }" + ORDINARY);
    }

    static Map<String, String> notANumber() {
        return code("var sae = (JumpReluSae) new RecipeTraining().train(task);"
                + " sae.encoder().weight().setInPlace(sae.encoder().weight().mul(Double.NaN)); return sae;");
    }

    static Map<String, String> moreSamples() {
        return code("for (long i = 0; i <= task.recipe().training().steps(); i++)"
                + " task.data().batch(i, task.recipe().training().batch());" + ORDINARY);
    }

    static Map<String, String> doesNotCompile() {
        return code("retrun 1;");
    }

    /** Small enough for seconds. */
    static Protocol protocol(String family) {
        var ladder = new Protocol.Ladder(List.of(1.0), List.of(2), 0.5, List.of(2, 3), 2, 2, 0.025);
        return Protocol.of(family, Map.of(), List.of())
                .withLadder(ladder)
                .withLimits(new Protocol.Limits(120, 256, 900, 64));
    }

    static Workspace workspace(Path folder, String family) {
        return Workspace.init(folder, protocol(family), "assay test", Clock.systemUTC());
    }
}
