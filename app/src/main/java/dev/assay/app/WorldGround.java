package dev.assay.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.sae.Activations;
import dev.assay.sae.CosineMap;
import dev.assay.sae.Encoded;
import dev.assay.sae.Scores;
import dev.assay.sae.WorldData;
import dev.assay.sae.WorldScore;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.world.World;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A synthetic world, by a preset's name or its folder. */
record WorldGround(String world) implements SaeGround {
    @Override
    public String scoredOn(long samples) {
        return String.format(Locale.ROOT, "%,d further samples", samples);
    }

    @Override
    public String name() {
        return world;
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("world", world);
    }

    @Override
    public Open open(long seed, int threads, Worlds worlds, ConsoleProgress progress) {
        World loaded = worlds.load(world);
        return new Opened(loaded, new WorldData(loaded, seed, threads));
    }

    private static final class Opened implements Open {
        private final World world;
        private final WorldData samples;
        private Optional<Scores> scored = Optional.empty();

        Opened(World world, WorldData samples) {
            this.world = world;
            this.samples = samples;
        }

        @Override
        public Activations data() {
            return samples;
        }

        @Override
        public Map<String, Double> scores(
                Function<Tensor, Encoded> encode, Tensor decoder, long count, int batch, boolean last) {
            Scores scores = WorldScore.of(encode, decoder, samples, count, batch);
            scored = Optional.of(scores);
            Map<String, Double> out = new LinkedHashMap<>();
            scores.summary().forEach((name, value) -> out.put(name, value.doubleValue()));
            return out;
        }

        @Override
        public void keepLatents(Tensor decoder, Path folder) {
            try (var scope = Scope.open()) {
                Scores scores = scored.orElseThrow();
                SaeLatents.of(scores, CosineMap.of(scores.latents(), decoder, world.dictionary(), SaeLatents.MAPPED))
                        .write(folder);
            }
        }

        @Override
        public ObjectNode metadata() {
            return JsonNodeFactory.instance.objectNode();
        }

        @Override
        public void close() {
            samples.close();
            world.close();
        }
    }
}
