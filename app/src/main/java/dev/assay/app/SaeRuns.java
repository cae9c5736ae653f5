package dev.assay.app;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.JournalException;
import dev.assay.journal.Manifest;
import dev.assay.sae.Checkpoint;
import dev.assay.sae.CosineMap;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Training runs in folders that can be gone on with and answer once they are done. */
final class SaeRuns {
    private static final String RESULT = "result";
    private static final String POINT = "point";
    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final long CHECKPOINT_NANOS = 60_000_000_000L;
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

    static boolean finished(Path folder) {
        return Files.exists(folder.resolve(Manifest.FILE))
                && Journal.read(folder).last(RESULT).isPresent();
    }

    /** What a finished run logged on its way. */
    static List<SaePoint> points(Path folder) {
        return Journal.read(folder).records(POINT).stream()
                .map(p -> CanonicalJson.value(p, SaePoint.class))
                .toList();
    }

    SaeResult run(SaeJob job) {
        try (Journal journal = Journal.open(job.folder(), job.manifest())) {
            return journal.last(RESULT)
                    .map(r -> CanonicalJson.value(r, SaeResult.class))
                    .orElseGet(() -> train(job, journal));
        }
    }

    private SaeResult train(SaeJob job, Journal journal) {
        Recipe recipe = job.recipe();
        try (World world = worlds.load(job.world());
                var data = new WorldData(world, job.seed(), job.threads());
                var trainer = new Trainer(recipe, data, job.seed(), job.threads())) {
            Path checkpoint = journal.folder().resolve(CHECKPOINT);
            if (Files.exists(checkpoint)) Checkpoint.read(checkpoint, trainer);
            double rate = steps(job, data, trainer, journal, checkpoint);
            progress.at(job.name() + ": scoring", 0, 2);
            Scores training = score(trainer, data, recipe, job.scored());
            latents(training, trainer, world).write(journal.folder());
            progress.at(job.name() + ": scoring", 1, 2);
            Map<String, Double> inference = inference(trainer, data, job, journal.folder());
            progress.at(job.name() + ": scoring", 2, 2);
            var result = new SaeResult(
                    job.world(),
                    recipe.name(),
                    job.seed(),
                    recipe.training().steps() * recipe.training().batch(),
                    Math.rint(rate),
                    numbers(training),
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
    private double steps(SaeJob job, WorldData data, Trainer trainer, Journal journal, Path checkpoint) {
        Recipe recipe = job.recipe();
        long from = trainer.steps();
        // points lie behind the checkpoint when a run was killed between the two; the steps are taken again
        long told = journal.last(POINT).map(p -> p.path("step").asLong()).orElse(0L);
        long all = recipe.training().steps();
        long every = Math.max(1, all / POINTS);
        long begin = System.nanoTime();
        long saved = begin;
        while (!trainer.done()) {
            Trainer.Step step = trainer.next();
            if (step.number() % every == 0 || trainer.done()) {
                Scores scores = score(trainer, data, recipe, Math.min(POINT_SAMPLES, job.scored()));
                if (step.number() > told)
                    journal.append(POINT, SaePoint.of(step, recipe.training().batch(), trainer.dead(), scores));
                double rate = rate(recipe, step.number() - from, begin);
                progress.say(String.format(
                        Locale.ROOT,
                        "%s: step %,d of %,d, %,.0f samples/s, %s left, loss %.1f, L0 %.1f, %d dead, F1 %.3f, MCC %.3f",
                        job.name(),
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
            progress.at(job.name() + ": step", (int) step.number(), (int) all);
        }
        return rate(recipe, all - from, begin);
    }

    private static double rate(Recipe recipe, long steps, long begin) {
        return steps * recipe.training().batch() / ((System.nanoTime() - begin) / 1e9);
    }

    static String left(double seconds) {
        long s = Math.round(seconds);
        return s >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
    }

    private static SaeLatents latents(Scores scores, Trainer trainer, World world) {
        try (var scope = Scope.open()) {
            return SaeLatents.of(
                    scores,
                    CosineMap.of(
                            scores.latents(),
                            trainer.parameters().get("W_dec"),
                            world.dictionary(),
                            SaeLatents.MAPPED));
        }
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
    private static Map<String, Double> inference(Trainer trainer, WorldData data, SaeJob job, Path folder) {
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
                                    job.scored(),
                                    job.recipe().training().batch()));
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
