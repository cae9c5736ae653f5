package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.Matching;
import dev.assay.sae.SaeException;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.Scorer;
import dev.assay.sae.Scores;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.TensorException;
import dev.assay.world.Sampler;
import dev.assay.world.Samples;
import dev.assay.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process that scores checkpoints: it reads them as data, on worlds and samples that they have never seen. */
public final class Evaluator {
    static final RawScore NONE = new RawScore(0, new long[0], new long[0], new long[0], new float[0], 0, false);

    private Evaluator() {}

    /** The files of the request and of the answer. */
    public static void main(String[] args) throws IOException {
        Device.threads(1);
        AtomicFile.write(Path.of(args[1]), CanonicalJson.bytes(answer(request(Path.of(args[0])))));
        Runtime.getRuntime().halt(0);
    }

    static Evaluation.Request request(Path file) throws IOException {
        return CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), Evaluation.Request.class);
    }

    static Evaluation.Response answer(Evaluation.Request request) {
        List<Evaluation.Answer> answers = new ArrayList<>();
        try (var worlds = new WorldPool(WorldFamily.named(request.family()))) {
            for (Evaluation.Item item : request.items()) answers.add(answer(request, item, worlds));
        }
        return new Evaluation.Response(answers);
    }

    private static Evaluation.Answer answer(Evaluation.Request request, Evaluation.Item item, WorldPool worlds) {
        World world = worlds.of(item.draw());
        try (var scope = Scope.open();
                InferenceSae sae =
                        SaeLensFolder.read(Path.of(item.checkpoint())).sae()) {
            if (sae.dModel() != world.hiddenDim())
                return failed("it takes vectors of " + sae.dModel() + " numbers, the world has " + world.hiddenDim());
            if (!finite(sae)) return failed("it holds numbers that are not finite");
            return score(request, item, sae, world);
        } catch (SaeException | TensorException | java.io.UncheckedIOException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private static Evaluation.Answer failed(String why) {
        return new Evaluation.Answer(why, NONE, NONE);
    }

    private static boolean finite(InferenceSae sae) {
        return sae.tensors().values().stream()
                .allMatch(t -> Double.isFinite(t.square().sum().item()));
    }

    private static Evaluation.Answer score(
            Evaluation.Request request, Evaluation.Item item, InferenceSae sae, World world) {
        Matching matching = Matching.of(sae.decoder().weight(), world.dictionary());
        var all = new Scorer(matching, sae.dModel());
        var spot = new Scorer(matching, sae.dModel());
        SplitRandom random = SplitRandom.of(item.draw().scoring()).split("scoring");
        try (var sampler = new Sampler(world, random, 1)) {
            for (long b = 0; b < Math.max(1, request.samples() / Evaluation.BATCH); b++)
                try (var scope = Scope.open();
                        Samples drawn = sampler.sample(b, Evaluation.BATCH)) {
                    SparseRows latents = sae.encode(drawn.hidden());
                    Tensor decoded = sae.decode(latents, drawn.hidden());
                    all.add(latents, drawn.firings(), drawn.hidden(), decoded);
                    if (b == request.spot()) spot.add(latents, drawn.firings(), drawn.hidden(), decoded);
                }
        }
        float[] cosines = assigned(matching, sae.decoder().weight(), world.dictionary());
        long parameters =
                sae.tensors().values().stream().mapToLong(Tensor::count).sum();
        return new Evaluation.Answer(
                "", raw(all.scores(), cosines, parameters), raw(spot.scores(), cosines, parameters));
    }

    private static RawScore raw(Scores scores, float[] cosines, long parameters) {
        Scores.Latents l = scores.latents();
        return new RawScore(scores.samples(), l.tp(), l.fp(), l.fn(), cosines, parameters, true);
    }

    /** |cosine| of each decoder row and the feature that the one-to-one matching gives it; 0 for rows without one. */
    private static float[] assigned(Matching matching, Tensor decoder, Tensor features) {
        int[] of = matching.assigned();
        int width = (int) decoder.size(1);
        float[] rows = decoder.floats();
        float[] dictionary = features.floats();
        var out = new float[of.length];
        for (int i = 0; i < of.length; i++) {
            if (of[i] < 0) continue;
            double dot = 0;
            double a = 0;
            double b = 0;
            for (int d = 0; d < width; d++) {
                double x = rows[i * width + d];
                double y = dictionary[of[i] * width + d];
                dot += x * y;
                a += x * x;
                b += y * y;
            }
            out[i] = (float) (Math.abs(dot) / Math.max(1e-16, Math.sqrt(a * b)));
        }
        return out;
    }
}
