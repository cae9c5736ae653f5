package dev.assay.research;

import dev.assay.journal.CanonicalJson;
import dev.assay.sae.SaeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The locked scorer: trains entrants in processes that know nothing but their folder and a pipe of samples, scores what
 * they hand over in another process, checks the contract, has a plain score look over the evaluator's shoulder, and
 * writes every run into the ledger, whatever came of it.
 */
final class Harness implements AutoCloseable {
    private final Workspace workspace;
    private final Protocol protocol;
    private final Grammar grammar;
    private final Sandbox sandbox;
    private final EvaluatorProcess evaluator;
    private final int parallel;
    private final Consumer<String> progress;
    private final WorldPool worlds;

    Harness(Workspace workspace, Sandbox sandbox, Class<?> evaluator, int parallel, Consumer<String> progress) {
        this.workspace = workspace;
        this.protocol = workspace.protocol();
        this.grammar = new Grammar(protocol);
        this.sandbox = sandbox;
        this.evaluator = new EvaluatorProcess(evaluator);
        this.parallel = parallel;
        this.progress = progress;
        this.worlds = new WorldPool(WorldFamily.named(protocol.family()));
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** A training that is to be done: one entrant on the pairs that the ledger has no rows for. */
    private record Job(Stage.Entrant entrant, String recipe, List<Integer> pairs, List<Draw> draws, Path folder) {}

    /** All rows of a stage; what the ledger has is not run again. */
    List<RunRow> run(Stage stage) {
        List<RunRow> known = rows(stage);
        List<Job> jobs = jobs(stage, known);
        if (!jobs.isEmpty()) made(stage, jobs).forEach(r -> workspace.ledger().append(RunRow.TYPE, r));
        return rows(stage);
    }

    /** All rows of a stage, run now and kept nowhere: what is tried out is no evidence. */
    List<RunRow> explore(Stage stage) {
        return made(stage, jobs(stage, List.of()));
    }

    private List<RunRow> made(Stage stage, List<Job> jobs) {
        Outside before = Outside.of(workspace, stage.folder());
        List<RunRow> made = score(stage, train(stage, jobs));
        Optional<String> changed = before.changed();
        jobs.forEach(j -> Sandbox.delete(j.folder()));
        return changed.isEmpty()
                ? made
                : made.stream()
                        .map(r -> voided(r, changed.get() + ", outside of its folder, changed"))
                        .toList();
    }

    private List<RunRow> rows(Stage stage) {
        return workspace.ledger().entries(RunRow.TYPE).stream()
                .filter(e -> e.body().path("sprint").asText().equals(stage.sprint())
                        && e.body().path("stage").asText().equals(stage.name()))
                .map(e -> CanonicalJson.value(e.body(), RunRow.class))
                .toList();
    }

    private List<Job> jobs(Stage stage, List<RunRow> known) {
        List<Job> jobs = new ArrayList<>();
        long samples = Math.max(protocol.batch(), Math.round(protocol.samples() * stage.share()));
        for (Stage.Entrant entrant : stage.entrants()) {
            List<Integer> missing = IntStream.range(0, stage.draws().size())
                    .filter(i -> known.stream()
                            .noneMatch(r -> r.is(stage.sprint(), stage.name(), entrant.name(), stage.firstPair() + i)))
                    .boxed()
                    .toList();
            if (missing.isEmpty()) continue;
            String slug = entrant.name().replaceAll("[^a-zA-Z0-9]+", "-");
            jobs.add(new Job(
                    entrant,
                    grammar.text(entrant.choices(), samples),
                    missing.stream().map(i -> stage.firstPair() + i).toList(),
                    missing.stream().map(i -> stage.draws().get(i)).toList(),
                    stage.folder().resolve("work").resolve(stage.name() + "-" + stage.firstPair() + "-" + slug)));
        }
        return jobs;
    }

    private Map<Job, TrainingProcess.Outcome> train(Stage stage, List<Job> jobs) {
        Map<Job, TrainingProcess.Outcome> out = new LinkedHashMap<>();
        try (var pool = Executors.newFixedThreadPool(
                parallel, Thread.ofPlatform().daemon().name("assay-train-", 0).factory())) {
            List<Future<TrainingProcess.Outcome>> futures =
                    jobs.stream().map(j -> pool.submit(() -> train(stage, j))).toList();
            for (int i = 0; i < jobs.size(); i++)
                out.put(jobs.get(i), futures.get(i).get());
            return out;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        }
    }

    private TrainingProcess.Outcome train(Stage stage, Job job) {
        long declared = Math.max(protocol.batch(), Math.round(protocol.samples() * stage.share()));
        Optional<String> breach = breach(job.recipe(), declared);
        if (breach.isPresent())
            return new TrainingProcess.Outcome(
                    breach, job.draws().stream().map(d -> 0L).toList(), 0, 0);
        long seconds = Math.max(60, Math.round(protocol.limits().seconds() * stage.share()));
        var limits = new Protocol.Limits(
                Math.min(seconds, protocol.limits().seconds()),
                protocol.limits().heapMegabytes(),
                protocol.limits().residentMegabytes(),
                protocol.limits().fileMegabytes());
        var training = new TrainingJob(
                job.recipe(),
                job.entrant().sources(),
                job.draws().stream().map(Draw::training).toList());
        var outcome = new TrainingProcess(sandbox, limits, worlds).run(job.folder(), training, job.draws(), declared);
        progress.accept(stage.name() + ": " + job.entrant().name() + ", "
                + job.draws().size() + " runs, " + Math.round(outcome.seconds()) + " s"
                + outcome.failure().map(f -> ": " + firstLine(f)).orElse(""));
        return outcome;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private Optional<String> breach(String recipe, long declared) {
        try {
            return Contract.breach(protocol, Grammar.recipe(recipe), declared);
        } catch (SaeException e) {
            return Optional.of("the recipe can't be trained: " + e.getMessage());
        }
    }

    private List<RunRow> score(Stage stage, Map<Job, TrainingProcess.Outcome> trained) {
        List<Evaluation.Item> items = new ArrayList<>();
        trained.forEach((job, outcome) -> {
            for (int i = 0; i < job.draws().size(); i++)
                if (outcome.failure().isEmpty())
                    items.add(new Evaluation.Item(
                            checkpoint(job, i).toString(), job.draws().get(i)));
        });
        long spot =
                Math.floorMod(stage.draws().getFirst().scoring(), Math.max(1, protocol.scored() / Evaluation.BATCH));
        Map<Evaluation.Item, Evaluation.Answer> answers = new LinkedHashMap<>();
        Optional<String> fault = Optional.empty();
        if (!items.isEmpty())
            try {
                var request = new Evaluation.Request(protocol.family(), protocol.scored(), spot, items);
                List<Evaluation.Answer> given = evaluator.ask(stage.folder().resolve("work/evaluator"), request);
                for (int i = 0; i < items.size(); i++) answers.put(items.get(i), given.get(i));
                fault = disagreement(answers, spot);
            } catch (ResearchException e) {
                fault = Optional.of(String.valueOf(e.getMessage()));
            }
        List<RunRow> rows = new ArrayList<>();
        for (Map.Entry<Job, TrainingProcess.Outcome> t : trained.entrySet())
            for (int i = 0; i < t.getKey().draws().size(); i++)
                rows.add(row(stage, t.getKey(), t.getValue(), i, answers, fault));
        return rows;
    }

    private static Path checkpoint(Job job, int run) {
        return job.folder().resolve(String.valueOf(run)).toAbsolutePath();
    }

    private Optional<String> disagreement(Map<Evaluation.Item, Evaluation.Answer> answers, long spot) {
        for (Map.Entry<Evaluation.Item, Evaluation.Answer> a : answers.entrySet()) {
            if (!a.getValue().failure().isEmpty()) continue;
            Draw draw = a.getKey().draw();
            Optional<String> wrong = PlainScore.disagreement(
                    Path.of(a.getKey().checkpoint()), draw, worlds.of(draw), spot, a.getValue());
            if (wrong.isPresent()) return wrong.map(w -> "the evaluator is wrong: " + w);
        }
        return Optional.empty();
    }

    private RunRow row(
            Stage stage,
            Job job,
            TrainingProcess.Outcome outcome,
            int run,
            Map<Evaluation.Item, Evaluation.Answer> answers,
            Optional<String> fault) {
        Draw draw = job.draws().get(run);
        Path made = checkpoint(job, run);
        Evaluation.Answer answer = answers.getOrDefault(
                new Evaluation.Item(made.toString(), draw), new Evaluation.Answer("", Evaluator.NONE, Evaluator.NONE));
        RawScore raw = answer.score();
        Optional<String> reason = outcome.failure()
                .or(() -> fault)
                .or(() -> answer.failure().isEmpty() ? Optional.empty() : Optional.of(answer.failure()))
                .or(() -> Contract.breach(protocol, raw, worlds.of(draw).hiddenDim(), stage.share() >= 1));
        boolean trained = outcome.failure().isEmpty();
        return new RunRow(
                stage.sprint(),
                stage.name(),
                job.entrant().name(),
                job.pairs().get(run),
                draw,
                job.recipe(),
                Math.max(protocol.batch(), Math.round(protocol.samples() * stage.share())),
                outcome.served().get(run),
                reason.isEmpty() ? RunRow.SCORED : RunRow.VOID,
                reason.orElse(""),
                outcome.seconds() / job.draws().size(),
                outcome.peakMegabytes(),
                trained ? Hashes.of(made.resolve("sae_weights.safetensors")) : "",
                trained ? Hashes.of(made.resolve(TrainingJob.LOSSES)) : "",
                reason.isEmpty() ? raw : Evaluator.NONE,
                evaluator.hash(),
                sandbox.words());
    }

    private static RunRow voided(RunRow r, String why) {
        return new RunRow(
                r.sprint(),
                r.stage(),
                r.entrant(),
                r.pair(),
                r.draw(),
                r.recipe(),
                r.declared(),
                r.served(),
                RunRow.VOID,
                why,
                r.seconds(),
                r.peakMegabytes(),
                r.weights(),
                r.losses(),
                Evaluator.NONE,
                r.evaluator(),
                r.sandbox());
    }

    WorldPool worlds() {
        return worlds;
    }

    @Override
    public void close() {
        worlds.close();
    }
}
