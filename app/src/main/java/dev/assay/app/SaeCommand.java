package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.Recipe;
import dev.assay.sae.Recipes;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.Scores;
import dev.assay.sae.Trainer;
import dev.assay.sae.WorldData;
import dev.assay.sae.WorldScore;
import dev.assay.world.World;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sae",
        description = "Sparse autoencoders: train, score and compare them on worlds whose features are known.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class SaeCommand {
    private static final int EVALUATION_BATCH = 1024;

    /** What is trained on what. */
    static final class What {
        @Option(
                names = "--world",
                defaultValue = "small",
                description = "a preset (see `assay world list`) or a folder (default: ${DEFAULT-VALUE})")
        String world = "small";

        @Option(
                names = "--recipe",
                defaultValue = "lista-matryoshka",
                description = "standard, topk, batchtopk, jumprelu, gated, matching-pursuit, omp, matryoshka,"
                        + " lista-matryoshka, or a YAML file (default: ${DEFAULT-VALUE})")
        String recipe = "lista-matryoshka";

        @Option(
                names = "--set",
                paramLabel = "FIELD=VALUE",
                description = "replaces a field of the recipe, such as refinement.eta=0.1 or training.samples=20e6")
        Map<String, String> set = new LinkedHashMap<>();

        @Option(names = "--threads", paramLabel = "N", description = "default: all processors")
        @Nullable
        Integer threads;

        /** On the small world the protocol of a minute, else the recipe's own. */
        Recipe recipe(Map<String, String> more) {
            Map<String, String> all = new LinkedHashMap<>(set);
            all.putAll(more);
            return Recipes.load(recipe, world.equals("small") ? Recipes.Protocol.MINI : Recipes.Protocol.FULL, all);
        }

        int threads() {
            int n = threads != null ? threads : Runtime.getRuntime().availableProcessors();
            WorldCommand.atLeast(1, n, "--threads");
            return n;
        }
    }

    @Command(
            name = "train",
            description = {
                "Trains a sparse autoencoder and scores it as it is trained and as it is used.",
                "The same command again goes on where it was stopped, or answers from the run folder."
            })
    int train(
            @Mixin What what,
            @Option(names = "--seed", defaultValue = "1", description = "of the start and the samples") long seed,
            @Option(names = "--out", paramLabel = "DIR", description = "run folder (default: runs/sae/...)") @Nullable
                    Path out,
            @Option(names = "--json", description = "print one JSON object") boolean json)
            throws JsonProcessingException {
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var runs = new SaeRuns(new Worlds(Home.of(), progress), progress);
            SaeResult result = runs.run(what, what.recipe(Map.of()), seed, out);
            progress.close();
            if (json) System.out.println(new ObjectMapper().writeValueAsString(result.json()));
            else System.out.print(SaeTable.of(List.of(result)));
            return 0;
        }
    }

    @Command(
            name = "sweep",
            description = "Trains one autoencoder per combination of varied fields and seeds, and compares them.")
    int sweep(
            @Mixin What what,
            @Option(
                            names = "--vary",
                            paramLabel = "FIELD=A;B;..",
                            description = "values of a field, apart by semicolons; may be given more than once")
                    @Nullable
                    Map<String, String> vary,
            @Option(names = "--seeds", defaultValue = "5", description = "number of seeds (default: ${DEFAULT-VALUE})")
                    int seeds,
            @Option(names = "--json", description = "print one JSON object per run") boolean json)
            throws JsonProcessingException {
        WorldCommand.atLeast(1, seeds, "--seeds");
        List<SaeResult> results = new ArrayList<>();
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var runs = new SaeRuns(new Worlds(Home.of(), progress), progress);
            for (Map<String, String> fields : combinations(vary == null ? Map.of() : vary))
                for (int seed = 1; seed <= seeds; seed++)
                    results.add(runs.run(what, what.recipe(fields), seed, null).labelled(fields));
        }
        if (json) for (SaeResult r : results) System.out.println(new ObjectMapper().writeValueAsString(r.json()));
        else System.out.print(SaeTable.of(results));
        return 0;
    }

    private static List<Map<String, String>> combinations(Map<String, String> vary) {
        List<Map<String, String>> out = new ArrayList<>(List.of(Map.of()));
        vary.forEach((field, values) -> {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> fields : out)
                for (String value : values.split(";")) {
                    Map<String, String> next = new LinkedHashMap<>(fields);
                    next.put(field, value.trim());
                    more.add(next);
                }
            out.clear();
            out.addAll(more);
        });
        return out;
    }

    @Command(name = "compare", description = "Compares finished runs: means over seeds with intervals.")
    int compare(@Parameters(paramLabel = "RUN", arity = "1..*", description = "run folders") List<Path> folders) {
        System.out.print(SaeTable.of(folders.stream().map(SaeRuns::read).toList()));
        return 0;
    }

    @Command(name = "eval", description = "Scores a saved autoencoder (a SAELens folder) on a world.")
    int eval(
            @Parameters(paramLabel = "FOLDER", description = "cfg.json and sae_weights.safetensors") Path folder,
            @Option(names = "--world", defaultValue = "small", description = "a preset or a folder") String name,
            @Option(names = "--samples", defaultValue = "500000") long samples,
            @Option(names = "--json", description = "print one JSON object") boolean json)
            throws JsonProcessingException {
        WorldCommand.atLeast(1, samples, "--samples");
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World world = new Worlds(Home.of(), progress).load(name);
                InferenceSae sae = SaeLensFolder.read(folder).sae();
                var data = new WorldData(world, 0, Runtime.getRuntime().availableProcessors())) {
            Scores scores = WorldScore.of(sae, data, samples, EVALUATION_BATCH);
            progress.close();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("folder", folder.toString());
            facts.put("world", name);
            facts.put("form", "inference");
            facts.putAll(scores.summary());
            WorldCommand.print(facts, json);
            return 0;
        }
    }

    @Command(name = "bench", description = "Times training with sampling.")
    int bench(
            @Mixin What what,
            @Option(names = "--seconds", defaultValue = "20") double seconds,
            @Option(names = "--json", description = "print one JSON object") boolean json)
            throws JsonProcessingException {
        WorldCommand.positive(seconds, "--seconds");
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World world = new Worlds(Home.of(), progress).forTiming(what.world);
                var data = new WorldData(world, 1, what.threads());
                var trainer = new Trainer(what.recipe(Map.of()), data, 1, what.threads())) {
            progress.close();
            double rate = Rate.of(seconds, what.recipe(Map.of()).training().batch(), i -> trainer.next());
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("recipe", what.recipe);
            facts.put("world", what.world);
            facts.put("threads", what.threads());
            facts.put("precision", what.recipe(Map.of()).training().precision().name());
            facts.put("kernels", WorldCommand.kernels());
            facts.put("samples-per-second", Math.rint(rate));
            WorldCommand.print(facts, json);
            return 0;
        }
    }
}
