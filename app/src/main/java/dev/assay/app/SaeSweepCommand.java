package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.AtomicFile;
import dev.assay.sae.Recipe;
import dev.assay.sae.SaeSuite;
import dev.assay.sae.SaeSuites;
import dev.assay.tensor.Device;
import dev.assay.world.World;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "sweep",
        description = {
            "Trains variants of recipes on the same seeds and compares them, seed by seed.",
            "The same command again goes on where it was stopped; runs that have ended answer from their folders."
        })
final class SaeSweepCommand implements Callable<Integer> {
    /** Worlds of up to so many features have runs of seconds, which use one thread each. */
    private static final int SMALL = 4096;

    @Mixin
    SaeCommand.What what = new SaeCommand.What();

    @Option(
            names = "--suite",
            paramLabel = "FILE|NAME",
            description = "lista-ablation, ladder, l0-curve, or a YAML file (docs/formats/sae-suite.md)")
    @Nullable
    String suite;

    @Option(
            names = "--vary",
            paramLabel = "FIELD=A;B;..",
            description = "without a suite: values of a field, apart by semicolons; may be given more than once")
    @Nullable
    Map<String, String> vary;

    @Option(names = "--seeds", defaultValue = "5", description = "number of seeds (default: ${DEFAULT-VALUE})")
    int seeds;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "runs at once (default: one per processor on small worlds, else 1)")
    @Nullable
    Integer parallel;

    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    @Option(names = "--report", paramLabel = "DIR", description = "write DIR/report.html with plots")
    @Nullable
    Path report;

    @Option(names = "--markdown", paramLabel = "FILE", description = "write a page with tables and verdicts")
    @Nullable
    Path markdown;

    @Override
    public Integer call() throws JsonProcessingException {
        WorldCommand.atLeast(1, seeds, "--seeds");
        if (parallel != null) WorldCommand.atLeast(1, parallel, "--parallel");
        SaeSuite rows = suite != null
                ? SaeSuites.load(suite)
                : SaeVary.suite(what.recipeName(), vary == null ? Map.of() : vary);
        Map<SaeSuite.Row, Recipe> recipes = new LinkedHashMap<>();
        for (SaeSuite.Row row : rows.rows()) recipes.put(row, what.recipe(row.recipe(), row.set()));
        SaeComparison comparison;
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var worlds = new Worlds(Home.of(), progress);
            SaeGround ground = what.groundOfMany(progress);
            boolean small = ground instanceof WorldGround && small(worlds);
            int atOnce = parallel != null ? parallel : small ? what.threads() : 1;
            int threads = small ? 1 : Math.max(1, what.threads() / atOnce);
            Device.threads(threads);
            List<SaeJob> jobs = jobs(ground, recipes, threads);
            var sweep = new SaeSweep(new SaeRuns(worlds, progress), progress, atOnce);
            List<SaeResult> results = sweep.run(jobs, soFar -> {
                SaeComparison c = comparison(ground, rows, recipes, soFar);
                progress.say("after " + c.seeds() + " of " + seeds + " seeds\n" + SaeTable.of(c));
                write(c);
            });
            Map<SaeJob, SaeResult> all = new LinkedHashMap<>();
            for (int i = 0; i < results.size(); i++) all.put(jobs.get(i), results.get(i));
            comparison = comparison(ground, rows, recipes, all);
        }
        write(comparison);
        if (json) System.out.println(new ObjectMapper().writeValueAsString(comparison.json()));
        else System.out.print(SaeTable.of(comparison));
        return 0;
    }

    /** Loads the world once before several runs would make it at the same time. */
    private boolean small(Worlds worlds) {
        try (World world = worlds.load(what.world)) {
            return world.features() <= SMALL;
        }
    }

    private List<SaeJob> jobs(SaeGround ground, Map<SaeSuite.Row, Recipe> recipes, int threads) {
        List<SaeJob> jobs = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++)
            for (Map.Entry<SaeSuite.Row, Recipe> row : recipes.entrySet())
                jobs.add(SaeJob.of(
                        row.getKey().name() + ", seed " + seed, ground, row.getValue(), seed, what.scored, threads));
        return jobs;
    }

    private SaeComparison comparison(
            SaeGround ground, SaeSuite suite, Map<SaeSuite.Row, Recipe> recipes, Map<SaeJob, SaeResult> results) {
        List<SaeRow> rows = new ArrayList<>();
        recipes.forEach((row, recipe) -> {
            var runs = new TreeMap<Long, SaeResult>();
            results.forEach((job, result) -> {
                if (job.name().equals(row.name() + ", seed " + job.seed())) runs.put(job.seed(), result);
            });
            rows.add(new SaeRow(
                    row.name(),
                    row.group(),
                    SaeCurve.of(recipe.toString()),
                    row.note(),
                    row.against(),
                    row.claim(),
                    runs));
        });
        Recipe base = Optional.ofNullable(recipes.get(suite.row(suite.base()))).orElseThrow();
        return SaeComparison.of(suite, ground.name(), SaeText.protocol(ground, base, what.scored), rows);
    }

    private void write(SaeComparison comparison) {
        if (report != null) SaeReport.write(comparison, report);
        if (markdown != null)
            AtomicFile.write(markdown, SaeMarkdown.of(comparison, command()).getBytes(StandardCharsets.UTF_8));
    }

    private String command() {
        var out = new StringBuilder("./assay sae sweep ").append(what.where());
        if (suite != null) out.append(" --suite ").append(suite);
        else {
            out.append(" --recipe ").append(what.recipeName());
            if (vary != null) vary.forEach((f, v) -> out.append(" --vary '" + f + "=" + v + "'"));
        }
        what.set.forEach((f, v) -> out.append(" --set '" + f + "=" + v + "'"));
        if (what.scored != SaeJob.SCORED) out.append(" --scored-on ").append(what.scored);
        return out.append(" --seeds ").append(seeds).toString();
    }
}
