package dev.assay.research;

import dev.assay.journal.CanonicalJson;
import dev.assay.sae.SaeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
    private record Job(Stage.Entrant entrant, String recipe, List<Integer> pairs, List<Draw> draws) {
        boolean isCode() {
            return !entrant.sources().isEmpty();
        }
    }

    /**
     * What became of a job.
     *
     * @param folder of the process that made its runs
     * @param first number of its first run there
     */
    private record Trained(Job job, TrainingProcess.Outcome outcome, Path folder, int first) {
        Path checkpoint(int run) {
            return folder.resolve(String.valueOf(first + run)).toAbsolutePath();
        }

        long served(int run) {
            return outcome.served().get(first + run);
        }

        double seconds() {
            return outcome.seconds() / outcome.served().size();
        }
    }

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
        if (Files.exists(work(stage))) Sandbox.delete(work(stage));
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
        long samples = declared(stage);
        for (Stage.Entrant entrant : stage.entrants()) {
            List<Integer> missing = IntStream.range(0, stage.draws().size())
                    .filter(i -> known.stream()
                            .noneMatch(r -> r.is(stage.sprint(), stage.name(), entrant.name(), stage.firstPair() + i)))
                    .boxed()
                    .toList();
            if (missing.isEmpty()) continue;
            jobs.add(new Job(
                    entrant,
                    grammar.text(entrant.choices(), samples),
                    missing.stream().map(i -> stage.firstPair() + i).toList(),
                    missing.stream().map(i -> stage.draws().get(i)).toList()));
        }
        return jobs;
    }

    private static Path work(Stage stage) {
        return stage.folder().resolve("work").resolve(stage.name() + "-" + stage.firstPair());
    }

    private List<Trained> train(Stage stage, List<Job> jobs) {
        List<List<Job>> groups = groups(jobs);
        try (var pool = Executors.newFixedThreadPool(
                parallel, Thread.ofPlatform().daemon().name("assay-train-", 0).factory())) {
            List<Future<List<Trained>>> futures = new ArrayList<>();
            for (int i = 0; i < groups.size(); i++) {
                List<Job> group = groups.get(i);
                Path folder = work(stage).resolve(String.valueOf(i));
                futures.add(pool.submit(() -> train(stage, group, folder)));
            }
            List<Trained> out = new ArrayList<>();
            for (Future<List<Trained>> f : futures) out.addAll(f.get());
            return out;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        }
    }

    /** Code has a process for itself. Recipes, which are data, share one for each processor: to start one takes seconds. */
    private List<List<Job>> groups(List<Job> jobs) {
        List<List<Job>> out = new ArrayList<>();
        List<Job> recipes = jobs.stream().filter(j -> !j.isCode()).toList();
        for (int g = 0; g < Math.min(parallel, recipes.size()); g++) {
            List<Job> group = new ArrayList<>();
            for (int i = g; i < recipes.size(); i += parallel) group.add(recipes.get(i));
            out.add(group);
        }
        jobs.stream().filter(Job::isCode).map(List::of).forEach(out::add);
        return out;
    }

    /** Where one of several fails, each is trained again alone, so that none suffers from another. */
    private List<Trained> train(Stage stage, List<Job> group, Path folder) {
        long declared = declared(stage);
        List<Trained> out = new ArrayList<>();
        List<Job> sound = new ArrayList<>();
        for (Job job : group) {
            Optional<String> breach = breach(job.recipe(), declared);
            if (breach.isEmpty()) sound.add(job);
            else out.add(new Trained(job, refused(job, breach), folder, 0));
        }
        if (sound.isEmpty()) return out;
        TrainingProcess.Outcome outcome = process(stage, sound, folder);
        if (outcome.failure().isPresent() && sound.size() > 1) {
            for (int i = 0; i < sound.size(); i++)
                out.addAll(train(stage, sound.subList(i, i + 1), folder.resolve("alone-" + i)));
            return out;
        }
        int first = 0;
        for (Job job : sound) {
            out.add(new Trained(job, outcome, folder, first));
            first += job.draws().size();
        }
        return out;
    }

    private static TrainingProcess.Outcome refused(Job job, Optional<String> breach) {
        return new TrainingProcess.Outcome(
                breach, job.draws().stream().map(d -> 0L).toList(), 0, 0);
    }

    private TrainingProcess.Outcome process(Stage stage, List<Job> jobs, Path folder) {
        long seconds = Math.max(60, Math.round(protocol.limits().seconds() * stage.share()));
        Protocol.Limits limits =
                protocol.limits().within(Math.min(seconds, protocol.limits().seconds()));
        List<TrainingJob.Run> runs = new ArrayList<>();
        List<Draw> draws = new ArrayList<>();
        for (Job job : jobs)
            for (Draw draw : job.draws()) {
                runs.add(new TrainingJob.Run(job.recipe(), draw.training()));
                draws.add(draw);
            }
        var training = new TrainingJob(jobs.getFirst().entrant().sources(), runs);
        var outcome = new TrainingProcess(sandbox, limits, worlds).run(folder, training, draws, declared(stage));
        progress.accept(
                stage.name() + ": " + names(jobs) + ", " + runs.size() + " runs, " + Math.round(outcome.seconds())
                        + " s" + outcome.failure().map(f -> ": " + firstLine(f)).orElse(""));
        return outcome;
    }

    private static String names(List<Job> jobs) {
        String first = jobs.getFirst().entrant().name();
        return switch (jobs.size()) {
            case 1 -> first;
            case 2 -> first + " and " + jobs.getLast().entrant().name();
            default -> first + " and " + (jobs.size() - 1) + " others";
        };
    }

    private long declared(Stage stage) {
        return Math.max(protocol.batch(), Math.round(protocol.samples() * stage.share()));
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

    private List<RunRow> score(Stage stage, List<Trained> trained) {
        List<Evaluation.Item> items = new ArrayList<>();
        for (Trained t : trained)
            for (int i = 0; i < t.job().draws().size(); i++)
                if (t.outcome().failure().isEmpty())
                    items.add(new Evaluation.Item(
                            t.checkpoint(i).toString(), t.job().draws().get(i)));
        long spot =
                Math.floorMod(stage.draws().getFirst().scoring(), Math.max(1, protocol.scored() / Evaluation.BATCH));
        Map<Evaluation.Item, Evaluation.Answer> answers = new LinkedHashMap<>();
        Optional<String> fault = Optional.empty();
        if (!items.isEmpty())
            try {
                var request = new Evaluation.Request(protocol.family(), protocol.scored(), spot, items);
                List<Evaluation.Answer> given = evaluator.ask(work(stage).resolve("evaluator"), request);
                for (int i = 0; i < items.size(); i++) answers.put(items.get(i), given.get(i));
                fault = disagreement(answers, spot);
            } catch (ResearchException e) {
                fault = Optional.of(String.valueOf(e.getMessage()));
            }
        List<RunRow> rows = new ArrayList<>();
        for (Trained t : inOrder(stage, trained))
            for (int i = 0; i < t.job().draws().size(); i++) rows.add(row(stage, t, i, answers, fault));
        return rows;
    }

    /** As the stage names its entrants, whoever shared a process with whom. */
    private static List<Trained> inOrder(Stage stage, List<Trained> trained) {
        return trained.stream()
                .sorted(Comparator.comparingInt(
                        t -> stage.entrants().indexOf(t.job().entrant())))
                .toList();
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
            Trained trained,
            int run,
            Map<Evaluation.Item, Evaluation.Answer> answers,
            Optional<String> fault) {
        Job job = trained.job();
        Draw draw = job.draws().get(run);
        Path made = trained.checkpoint(run);
        Evaluation.Answer answer = answers.getOrDefault(
                new Evaluation.Item(made.toString(), draw), new Evaluation.Answer("", Evaluator.NONE, Evaluator.NONE));
        RawScore raw = answer.score();
        Optional<String> reason = trained.outcome()
                .failure()
                .or(() -> fault)
                .or(() -> answer.failure().isEmpty() ? Optional.empty() : Optional.of(answer.failure()))
                .or(() -> Contract.breach(protocol, raw, worlds.of(draw).hiddenDim(), stage.share() >= 1));
        boolean whole = trained.outcome().failure().isEmpty();
        return new RunRow(
                stage.sprint(),
                stage.name(),
                job.entrant().name(),
                job.pairs().get(run),
                draw,
                job.recipe(),
                declared(stage),
                trained.served(run),
                reason.isEmpty() ? RunRow.SCORED : RunRow.VOID,
                reason.orElse(""),
                trained.seconds(),
                trained.outcome().peakMegabytes(),
                whole ? Hashes.of(made.resolve("sae_weights.safetensors")) : "",
                whole ? Hashes.of(made.resolve(TrainingJob.LOSSES)) : "",
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
