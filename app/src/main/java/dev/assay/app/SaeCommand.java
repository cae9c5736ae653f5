package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.sae.Activations;
import dev.assay.sae.Recipe;
import dev.assay.sae.Recipes;
import dev.assay.sae.Trainer;
import dev.assay.sae.WorldData;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.world.World;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "sae",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay sae train --world small --recipe topk --seed 2",
            "  assay sae sweep --suite ladder",
            "  assay sae eval runs/sae/my-run --world small"
        },
        description =
                "Sparse autoencoders: train, score and compare them on worlds whose features are known, and on language"
                        + " models.",
        mixinStandardHelpOptions = true,
        subcommands = {
            SaeTextCommand.class,
            SaeEvalCommand.class,
            SaeSweepCommand.class,
            SaeCompareCommand.class,
            SaeDashboardCommand.class,
            SaeExportCommand.class,
            SaeDiffCommand.class,
            SaeValidityCommand.class,
            SaeProbeCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class SaeCommand {
    /** What is trained on what. */
    static final class What {
        @Option(
                names = "--world",
                completionCandidates = Candidates.Worlds.class,
                defaultValue = "small",
                description = "a preset (see `assay world list`) or a folder (default: ${DEFAULT-VALUE})")
        String world = "small";

        @Mixin
        SaeModelOptions.ForTraining model = new SaeModelOptions.ForTraining();

        @Option(
                names = "--recipe",
                completionCandidates = Candidates.SaeRecipes.class,
                description = "standard, topk, batchtopk, jumprelu, gated, matching-pursuit, omp, matryoshka,"
                        + " lista-matryoshka, or a YAML file (default: lista-matryoshka, on a model batchtopk)")
        @Nullable
        String named;

        String recipeName() {
            return named != null ? named : model.model == null ? "lista-matryoshka" : "batchtopk";
        }

        @Option(
                names = "--set",
                paramLabel = "FIELD=VALUE",
                description = "replaces a field of the recipe, such as refinement.eta=0.1 or training.samples=20e6")
        Map<String, String> set = new LinkedHashMap<>();

        @Option(names = "--threads", paramLabel = "N", description = "default: all processors")
        @Nullable
        Integer threads;

        @Option(
                names = "--scored-on",
                paramLabel = "N",
                defaultValue = "" + SaeJob.SCORED,
                description = "samples of the final scores (default: ${DEFAULT-VALUE})")
        long scored = SaeJob.SCORED;

        /** On the small world the protocol of a minute, else the recipe's own. */
        Recipe recipe() {
            return recipe(recipeName(), Map.of());
        }

        /** Of another name, with more fields replaced after those of the command line. */
        Recipe recipe(String name, Map<String, String> more) {
            Map<String, String> all = new LinkedHashMap<>(set);
            more.forEach((field, value) -> {
                all.remove(field); // so that it comes after what it may be a multiple of
                all.put(field, value);
            });
            Recipes.Protocol protocol = model.model != null
                    ? Recipes.Protocol.MODEL
                    : world.equals("small") ? Recipes.Protocol.MINI : Recipes.Protocol.FULL;
            return Recipes.load(name, protocol, all);
        }

        /** The model that is named, else the world. */
        SaeGround ground() {
            return model.ground().<SaeGround>map(m -> m).orElseGet(() -> new WorldGround(world));
        }

        /** The same for many runs: a model's activations are kept for all of them. */
        SaeGround groundOfMany(ConsoleProgress progress) {
            if (model.model != null && model.cache == null) {
                model.cache = Home.of().cache().resolve("activations");
                progress.say("activations are kept in " + model.cache + " for all runs: about 4 bytes a number, so"
                        + " 2.3 GB for a million of smollm2's");
            }
            return ground();
        }

        /** As it stands on the command line. */
        String where() {
            return model.model == null
                    ? "--world " + world
                    : "--model " + model.model + (model.at == null ? "" : " --at " + model.at) + " --text "
                            + model.text.stream().map(Object::toString).collect(Collectors.joining(" "));
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
            Recipe recipe = what.recipe();
            SaeJob job = SaeJob.of(recipe.name(), what.ground(), recipe, seed, what.scored, what.threads());
            SaeResult result = runs.run(out == null ? job : job.in(out));
            progress.close();
            if (json) System.out.println(new ObjectMapper().writeValueAsString(result.json()));
            else System.out.print(SaeTable.of(result));
            return 0;
        }
    }

    @Command(
            name = "bench",
            description = {
                "Times training with sampling; with --model the harvest of one shuffling buffer, and training on what is"
                        + " in it."
            })
    int bench(
            @Mixin What what,
            @Option(names = "--seconds", defaultValue = "20") double seconds,
            @Option(names = "--json", description = "print one JSON object") boolean json)
            throws JsonProcessingException {
        WorldCommand.positive(seconds, "--seconds");
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("recipe", what.recipeName());
        facts.put("threads", what.threads());
        facts.put("precision", what.recipe().training().precision().name());
        facts.put("kernels", WorldCommand.kernels());
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            if (what.model.model != null) timeModel(what, seconds, progress, facts);
            else timeWorld(what, seconds, progress, facts);
        }
        WorldCommand.print(facts, json);
        return 0;
    }

    private static void timeWorld(What what, double seconds, ConsoleProgress progress, Map<String, Object> facts) {
        try (World world = new Worlds(Home.of(), progress).forTiming(what.world);
                var data = new WorldData(world, 1, what.threads());
                var trainer = new Trainer(what.recipe(), data, 1, what.threads())) {
            progress.close();
            facts.put("world", what.world);
            double rate = Rate.of(seconds, what.recipe().training().batch(), i -> trainer.next());
            facts.put("samples-per-second", Math.rint(rate));
        }
    }

    private static void timeModel(What what, double seconds, ConsoleProgress progress, Map<String, Object> facts) {
        Recipe recipe = what.recipe();
        int batch = recipe.training().batch();
        try (SaeGround.Open ground = what.ground().open(1, what.threads(), new Worlds(Home.of(), progress), progress)) {
            Activations data = ground.data();
            long begin = System.nanoTime();
            try (var scope = Scope.open()) {
                data.batch(0, batch);
            }
            facts.put("model", what.ground().name());
            facts.put("harvested-per-second", Math.rint(what.model.buffer / ((System.nanoTime() - begin) / 1e9)));
            int batches = what.model.buffer / batch;
            Activations again = new Activations() {
                @Override
                public int dModel() {
                    return data.dModel();
                }

                @Override
                public Tensor batch(long index, int rows) {
                    return data.batch(index % batches, rows);
                }

                @Override
                public double meanNorm(int rows) {
                    return data.meanNorm(rows);
                }
            };
            try (var trainer = new Trainer(recipe, again, 1, what.threads())) {
                double rate = Rate.of(seconds, batch, i -> trainer.next());
                facts.put("samples-per-second", Math.rint(rate));
            }
        }
    }
}
