package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import dev.assay.world.Presets;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.Superposition;
import dev.assay.world.World;
import dev.assay.world.WorldConfig;
import dev.assay.world.WorldException;
import dev.assay.world.WorldFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "world",
        footerHeading = "%nExamples:%n",
        footer = {"  assay world list", "  assay world build small --out worlds/small"},
        description = "Synthetic worlds: activations whose features are known.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class WorldCommand {
    private static final String WORLD = "a preset (see `assay world list`) or a folder in the published layout";
    private static final int BATCH = 1024;

    @Command(name = "list", description = "Names the presets.")
    int list() {
        for (Presets.Preset p : Presets.all())
            System.out.printf(
                    "%-24s %-12s %s%n",
                    p.name(), p.family().name().toLowerCase(Locale.ROOT).replace('_', '-'), p.about());
        return 0;
    }

    @Command(
            name = "build",
            description = "Makes a world and writes it as a folder in the layout of the published ones.")
    int build(
            @Parameters(paramLabel = "WORLD", description = "a preset, or a synthetic_model_config.json") String name,
            @Option(names = "--out", paramLabel = "DIR", required = true, description = "where it is written")
                    Path out) {
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var worlds = new Worlds(Home.of(), progress);
            World world =
                    name.endsWith(".json") ? worlds.build(WorldConfig.read(Path.of(name)), name) : worlds.load(name);
            WorldFolder.write(out, world);
        }
        System.out.println(out);
        return 0;
    }

    @Command(name = "info", description = "Describes a world, from its parameters and from samples.")
    int info(
            @Parameters(paramLabel = "WORLD", description = WORLD) String name,
            @Option(names = "--samples", defaultValue = "20480", description = "samples that are counted") long samples,
            @Option(names = "--json", description = "print one JSON object") boolean json)
            throws JsonProcessingException {
        atLeast(1, samples, "--samples");
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World world = new Worlds(Home.of(), progress).load(name);
                var sampler = new Sampler(world, SplitRandom.of(0).split("info"))) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("world", name);
            facts.put("features", world.features());
            facts.put("hidden-dim", world.hiddenDim());
            facts.put("features-in-trees", world.hierarchy().inTrees());
            long firings = 0;
            long batches = Math.max(1, samples / BATCH);
            for (long b = 0; b < batches; b++) {
                firings += sampler.firings(b, BATCH).count();
                progress.at("counting", (int) b + 1, (int) batches);
            }
            facts.put("true-l0", (double) firings / (batches * BATCH));
            try (var scope = Scope.open()) {
                facts.put(
                        "mean-max-cosine", Superposition.of(world.dictionary()).meanMax());
            }
            progress.close();
            print(facts, json);
            return 0;
        }
    }

    @Command(name = "sample", description = "Draws samples into a safetensors file: hidden vectors and firings by row.")
    int sample(
            @Parameters(paramLabel = "WORLD", description = WORLD) String name,
            @Option(names = "--samples", defaultValue = "10000") int samples,
            @Option(names = "--seed", defaultValue = "1") long seed,
            @Option(names = "--out", paramLabel = "FILE", required = true) Path out) {
        atLeast(1, samples, "--samples");
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World world = new Worlds(Home.of(), progress).load(name);
                var sampler = new Sampler(world, SplitRandom.of(seed).split("sample"));
                var scope = Scope.open();
                Samples drawn = sampler.sample(0, samples)) {
            SparseRows f = drawn.firings();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("hidden", drawn.hidden());
            tensors.put("firings.starts", longs(f.starts(), samples + 1));
            tensors.put("firings.features", longs(f.columns(), f.count()));
            tensors.put("firings.magnitudes", Tensor.of(Arrays.copyOf(f.values(), f.count()), f.count()));
            dev.assay.journal.AtomicFile.write(out, Safetensors.encode(tensors, new TreeMap<>()));
        }
        System.out.println(out);
        return 0;
    }

    @Command(name = "bench", description = "Times sampling with hidden vectors.")
    int bench(
            @Parameters(paramLabel = "WORLD", description = WORLD + ", or a synthetic_model_config.json") String name,
            @Option(names = "--threads", paramLabel = "N", description = "default: all processors") @Nullable
                    Integer threads,
            @Option(names = "--seconds", defaultValue = "10") double seconds,
            @Option(names = "--json", description = "print one JSON object") boolean json)
            throws JsonProcessingException {
        int n = threads != null ? threads : Runtime.getRuntime().availableProcessors();
        atLeast(1, n, "--threads");
        positive(seconds, "--seconds");
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World world = new Worlds(Home.of(), progress).forTiming(name);
                var sampler = new Sampler(world, SplitRandom.of(1), n);
                var samples = new Samples(world, BATCH)) {
            progress.close();
            double rate = Rate.of(seconds, BATCH, i -> sampler.sample(i, samples));
            double firings = Rate.of(seconds, BATCH, i -> sampler.firings(i, BATCH, samples.firings()));
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("world", name);
            facts.put("threads", n);
            facts.put("kernels", sampler.kernels());
            facts.put("true-l0", (double) samples.firings().count() / BATCH);
            facts.put("samples-per-second", Math.rint(rate));
            facts.put("firings-only-per-second", Math.rint(firings));
            print(facts, json);
            return 0;
        }
    }

    /** An option's number that is too small is the user's mistake. */
    static void atLeast(long least, long value, String option) {
        if (value < least)
            throw new WorldException(option + " must be a whole number of at least " + least + ", was " + value);
    }

    static void positive(double value, String option) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY))
            throw new WorldException(option + " must be a number above 0, was " + value);
    }

    static void print(Map<String, Object> facts, boolean json) throws JsonProcessingException {
        if (json) System.out.println(new ObjectMapper().writeValueAsString(facts));
        else facts.forEach((name, value) -> System.out.printf("%-24s %s%n", name, shown(value)));
    }

    private static String shown(Object value) {
        return value instanceof Double d && d != Math.rint(d)
                ? String.format(Locale.ROOT, "%.4f", d)
                : value instanceof Double d ? String.format(Locale.ROOT, "%,.0f", d) : value.toString();
    }

    private static Tensor longs(int[] values, int count) {
        return Tensor.of(Arrays.stream(values, 0, count).asLongStream().toArray(), count);
    }

    static String kernels() {
        return Kernels.best().describe();
    }
}
