package dev.assay.app;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.JournalException;
import dev.assay.journal.Manifest;
import dev.assay.sae.Checkpoint;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.Recipe;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.Trainer;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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
        try (SaeGround.Open ground = job.ground().open(job.seed(), job.threads(), worlds, progress);
                var trainer = new Trainer(recipe, ground.data(), job.seed(), job.threads())) {
            Path checkpoint = journal.folder().resolve(CHECKPOINT);
            if (Files.exists(checkpoint)) Checkpoint.read(checkpoint, trainer);
            double rate = steps(job, ground, trainer, journal, checkpoint);
            progress.at(job.name() + ": scoring", 0, 2);
            Map<String, Double> training = score(trainer, ground, recipe, job.scored(), !used(trainer));
            try (var scope = Scope.open()) {
                ground.keepLatents(trainer.parameters().get("W_dec"), journal.folder());
            }
            progress.at(job.name() + ": scoring", 1, 2);
            Map<String, Double> inference = inference(trainer, ground, job, journal.folder());
            progress.at(job.name() + ": scoring", 2, 2);
            var result = new SaeResult(
                    job.ground().name(),
                    recipe.name(),
                    job.seed(),
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
    private double steps(SaeJob job, SaeGround.Open ground, Trainer trainer, Journal journal, Path checkpoint) {
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
                Map<String, Double> scores =
                        score(trainer, ground, recipe, Math.min(POINT_SAMPLES, job.scored()), false);
                if (step.number() > told)
                    journal.append(POINT, SaePoint.of(step, recipe.training().batch(), trainer.dead(), scores));
                double rate = rate(recipe, step.number() - from, begin);
                progress.say(String.format(
                        Locale.ROOT,
                        "%s: step %,d of %,d, %,.0f samples/s, %s left, loss %.1f, L0 %.1f, %d dead, %s",
                        job.name(),
                        step.number(),
                        all,
                        rate,
                        left((all - step.number()) * recipe.training().batch() / rate),
                        step.loss(),
                        step.l0(),
                        trainer.dead(),
                        SaeText.shortly(scores)));
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

    private static Map<String, Double> score(
            Trainer trainer, SaeGround.Open ground, Recipe recipe, long samples, boolean last) {
        try (var scope = Scope.open()) {
            return ground.scores(
                    trainer::encode,
                    trainer.parameters().get("W_dec"),
                    samples,
                    recipe.training().batch(),
                    last);
        }
    }

    /** Whether there is a form in which it is used. */
    private static boolean used(Trainer trainer) {
        try (var scope = Scope.open()) {
            Optional<InferenceSae> sae = trainer.export();
            sae.ifPresent(InferenceSae::close);
            return sae.isPresent();
        }
    }

    /** Writes the form that is used, if there is one, and scores it as it was written. */
    private static Map<String, Double> inference(Trainer trainer, SaeGround.Open ground, SaeJob job, Path folder) {
        try (var scope = Scope.open()) {
            return trainer.export()
                    .map(sae -> {
                        try (sae) {
                            SaeLensFolder.write(folder.resolve("sae"), sae, ground.metadata());
                        }
                        try (var written =
                                SaeLensFolder.read(folder.resolve("sae")).sae()) {
                            return ground.scores(
                                    written::encoded,
                                    written.decoder().weight(),
                                    job.scored(),
                                    job.recipe().training().batch(),
                                    true);
                        }
                    })
                    .orElse(Map.of());
        }
    }
}
