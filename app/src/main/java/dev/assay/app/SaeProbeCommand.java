package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.sae.ProbeCeiling;
import dev.assay.stats.SplitRandom;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.World;
import dev.assay.world.WorldException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "probe",
        description = {
            "Trains supervised logistic probes on a world: how well its features can be read off by a linear layer",
            "that is told the truth. A yardstick for autoencoders, not a strict ceiling."
        })
final class SaeProbeCommand implements Callable<Integer> {
    private static final int BATCH = 512;
    private static final int SMALL = 4096;
    private static final int FEW = 128;
    private static final int MANY = 4096;

    @Option(
            names = "--world",
            completionCandidates = Candidates.Worlds.class,
            defaultValue = "small",
            description = "a preset or a folder (default: ${DEFAULT-VALUE})")
    String name = "small";

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "512000",
            description = "to learn from (default: ${DEFAULT-VALUE})")
    long samples;

    @Option(
            names = "--scored-on",
            paramLabel = "N",
            defaultValue = "100000",
            description = "to be scored on, and as many to choose thresholds on (default: ${DEFAULT-VALUE})")
    long scored;

    @Option(
            names = "--features",
            paramLabel = "N",
            description = "the first so many (default: as many as an autoencoder of the usual protocol has latents)")
    @Nullable
    Integer features;

    @Option(names = "--learning-rate", defaultValue = "0.001", description = "of Adam (default: ${DEFAULT-VALUE})")
    double learningRate;

    @Option(names = "--seed", defaultValue = "1", description = "of the samples")
    long seed;

    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        WorldCommand.atLeast(1, samples, "--samples");
        WorldCommand.atLeast(1, scored, "--scored-on");
        WorldCommand.positive(learningRate, "--learning-rate");
        if (features != null) WorldCommand.atLeast(1, features, "--features");
        int threads = Runtime.getRuntime().availableProcessors();
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World world = new Worlds(Home.of(), progress).load(name)) {
            if (features != null && features > world.features())
                throw new WorldException("--features must be at most " + world.features() + ", the features of " + name
                        + ", was " + features);
            int probed =
                    features != null ? features : Math.min(world.features(), world.features() < SMALL ? FEW : MANY);
            var setup = new ProbeCeiling.Setup(
                    probed, learningRate, ProbeCeiling.Setup.of(probed).products());
            SplitRandom random = SplitRandom.of(seed).split("probe");
            try (var training = new Stream(world, random.split("training"), threads);
                    var tuning = new Stream(world, random.split("tuning"), threads);
                    var evaluation = new Stream(world, random.split("evaluation"), threads);
                    var probes = new ProbeCeiling(world.hiddenDim(), setup)) {
                long steps = Math.max(1, samples / BATCH);
                long begin = System.nanoTime();
                for (long done = 0; done < steps; done++) {
                    probes.train(training, 1);
                    progress.at("probes: step", (int) done + 1, (int) steps);
                }
                double seconds = (System.nanoTime() - begin) / 1e9;
                long batches = Math.max(1, scored / BATCH);
                ProbeCeiling.Score score = probes.score(tuning, batches, evaluation, batches);
                progress.close();
                WorldCommand.print(facts(score, steps * BATCH, Math.rint(steps * BATCH / seconds)), json);
            }
        }
        return 0;
    }

    private Map<String, Object> facts(ProbeCeiling.Score score, long trained, double rate) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("world", name);
        facts.put("features", score.perFeature().length);
        facts.put("f1", score.f1());
        facts.put("f1-tuned", score.tunedF1());
        facts.put("samples", trained);
        facts.put("samples-per-second", rate);
        facts.put("seed", seed);
        facts.put("protocol", score.protocol());
        return facts;
    }

    /** Batch after batch, each in the scope that it is asked for in. */
    private static final class Stream implements Iterator<ProbeCeiling.Batch>, AutoCloseable {
        private final Sampler sampler;
        private final Samples samples;
        private long next;

        Stream(World world, SplitRandom random, int threads) {
            sampler = new Sampler(world, random, threads);
            samples = new Samples(world, BATCH);
        }

        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public ProbeCeiling.Batch next() {
            sampler.sample(next++, samples);
            return new ProbeCeiling.Batch(samples.firings(), samples.hidden());
        }

        @Override
        public void close() {
            samples.close();
            sampler.close();
        }
    }
}
