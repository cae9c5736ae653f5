package dev.assay.app;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.JournalException;
import dev.assay.journal.Manifest;
import dev.assay.journal.Provenance;
import dev.assay.sae.Checkpoint;
import dev.assay.sae.Recipe;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.Scores;
import dev.assay.sae.Trainer;
import dev.assay.sae.WorldData;
import dev.assay.sae.WorldScore;
import dev.assay.tensor.Scope;
import dev.assay.world.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Training runs in folders that can be gone on with and answer once they are done. */
final class SaeRuns {
    private static final String RESULT = "result";
    private static final String POINT = "point";
    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final long CHECKPOINT_NANOS = 60_000_000_000L;
    private static final long FULL_EVALUATION = 500_000;
    private static final int POINTS = 20;
    private static final long POINT_SAMPLES = 20_000;

    private final Worlds worlds;
    private final ConsoleProgress progress;

    SaeRuns(Worlds worlds, ConsoleProgress progress) {
        this.worlds = worlds;
        this.progress = progress;
    }

    /** The result of a finished run. */
    static SaeResult read(Path folder) {
        return Journal.read(folder)
                .last(RESULT)
                .map(r -> CanonicalJson.value(r, SaeResult.class))
                .orElseThrow(() -> new JournalException(folder + " holds no finished training run"));
    }

    SaeResult run(SaeCommand.What what, Recipe recipe, long seed, @Nullable Path out) {
        Manifest manifest = manifest(what.world, recipe, seed);
        String id = CanonicalJson.sha256(manifest.config()).substring(0, 8);
        String worldName = Path.of(what.world).getFileName().toString();
        Path folder = out != null ? out : Path.of("runs", "sae", worldName, recipe.name() + "-" + seed + "-" + id);
        try (Journal journal = Journal.open(folder, manifest)) {
            return journal.last(RESULT)
                    .map(r -> CanonicalJson.value(r, SaeResult.class))
                    .orElseGet(() -> train(what, recipe, seed, journal));
        }
    }

    private static Manifest manifest(String world, Recipe recipe, long seed) {
        var config = Map.of("world", world, "recipe", recipe.toString(), "seed", seed);
        return Manifest.of(
                "sae train",
                config,
                Provenance.of("assay " + Assay.VERSION, config, Map.of("training", seed), Map.of(), Map.of()));
    }

    private SaeResult train(SaeCommand.What what, Recipe recipe, long seed, Journal journal) {
        try (World world = worlds.load(what.world);
                var data = new WorldData(world, seed, what.threads());
                var trainer = new Trainer(recipe, data, seed, what.threads())) {
            Path checkpoint = journal.folder().resolve(CHECKPOINT);
            if (Files.exists(checkpoint)) Checkpoint.read(checkpoint, trainer);
            double rate = steps(recipe, data, trainer, journal, checkpoint);
            progress.at("scoring", 0, 2);
            Map<String, Double> training = numbers(score(trainer, data, recipe, FULL_EVALUATION));
            progress.at("scoring", 1, 2);
            Map<String, Double> inference = inference(trainer, data, recipe, journal.folder());
            var result = new SaeResult(
                    what.world,
                    recipe.name(),
                    seed,
                    recipe.training().steps() * recipe.training().batch(),
                    Math.rint(rate),
                    training,
                    inference,
                    journal.folder().toString());
            journal.append(RESULT, result);
            journal.commit();
            Files.deleteIfExists(checkpoint);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the checkpoint in " + journal.folder(), e);
        }
    }

    /** Trains to the end and returns samples per second of this sitting. */
    private double steps(Recipe recipe, WorldData data, Trainer trainer, Journal journal, Path checkpoint) {
        long from = trainer.steps();
        long all = recipe.training().steps();
        long every = Math.max(1, all / POINTS);
        long begin = System.nanoTime();
        long saved = begin;
        while (!trainer.done()) {
            Trainer.Step step = trainer.next();
            if (step.number() % every == 0 || trainer.done()) {
                Scores scores = score(trainer, data, recipe, POINT_SAMPLES);
                journal.append(POINT, point(step, trainer.dead(), scores));
                double rate = rate(recipe, step.number() - from, begin);
                progress.say(String.format(
                        Locale.ROOT,
                        "%s: step %,d of %,d, %,.0f samples/s, %s left, loss %.1f, L0 %.1f, %d dead, F1 %.3f, MCC %.3f",
                        recipe.name(),
                        step.number(),
                        all,
                        rate,
                        left((all - step.number()) * recipe.training().batch() / rate),
                        step.loss(),
                        step.l0(),
                        trainer.dead(),
                        scores.f1(),
                        scores.mcc()));
            }
            if (System.nanoTime() - saved > CHECKPOINT_NANOS) {
                Checkpoint.write(checkpoint, trainer);
                saved = System.nanoTime();
            }
            progress.at(recipe.name() + ": step", (int) step.number(), (int) all);
        }
        return rate(recipe, all - from, begin);
    }

    private static double rate(Recipe recipe, long steps, long begin) {
        return steps * recipe.training().batch() / ((System.nanoTime() - begin) / 1e9);
    }

    private static String left(double seconds) {
        long s = Math.round(seconds);
        return s >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
    }

    private static Map<String, Object> point(Trainer.Step step, int dead, Scores scores) {
        Map<String, Object> point = new LinkedHashMap<>();
        point.put("step", step.number());
        point.put("losses", step.losses());
        point.put("l0", step.l0());
        point.put("dead", dead);
        point.put("f1", scores.f1());
        point.put("mcc", scores.mcc());
        point.put("ev", scores.explainedVariance());
        return point;
    }

    private static Scores score(Trainer trainer, WorldData data, Recipe recipe, long samples) {
        try (var scope = Scope.open()) {
            return WorldScore.of(
                    trainer::encode,
                    trainer.parameters().get("W_dec"),
                    data,
                    samples,
                    recipe.training().batch());
        }
    }

    /** Writes the form that is used, if there is one, and scores it as it was written. */
    private static Map<String, Double> inference(Trainer trainer, WorldData data, Recipe recipe, Path folder) {
        try (var scope = Scope.open()) {
            return trainer.export()
                    .map(sae -> {
                        try (sae) {
                            SaeLensFolder.write(folder.resolve("sae"), sae);
                        }
                        try (var written =
                                SaeLensFolder.read(folder.resolve("sae")).sae()) {
                            return numbers(WorldScore.of(
                                    written,
                                    data,
                                    FULL_EVALUATION,
                                    recipe.training().batch()));
                        }
                    })
                    .orElse(Map.of());
        }
    }

    private static Map<String, Double> numbers(Scores scores) {
        Map<String, Double> out = new LinkedHashMap<>();
        scores.summary().forEach((name, value) -> out.put(name, value.doubleValue()));
        return out;
    }
}
