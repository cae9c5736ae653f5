package dev.assay.sae.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.Arithmetic;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What SAEBench and sae-probes made of a tiny model and small autoencoders: {@code interop/saebench.py}. */
final class Golden {
    static final int CONTEXT = 24;

    private Golden() {}

    static Path path(String name) {
        try {
            return Path.of(Golden.class.getResource("/saebench/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static LanguageModel model() {
        return LanguageModel.load(path("model"), DType.F32);
    }

    static Engine.Settings exact() {
        return Engine.Settings.standard()
                .withThreads(1)
                .withArithmetic(Arithmetic.EXACT)
                .withMemory(1 << 26);
    }

    static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(path(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Tensor> tensors(String name) {
        return Safetensors.read(path(name));
    }

    /** 64 texts of 24 tokens that begin with token 0. */
    static List<int[]> tokens() {
        try (var scope = Scope.open()) {
            long[] all = tensors("core.safetensors").get("tokens").longs();
            var texts = new ArrayList<int[]>();
            for (int from = 0; from < all.length; from += CONTEXT) {
                var text = new int[CONTEXT];
                for (int i = 0; i < CONTEXT; i++) text[i] = (int) all[from + i];
                texts.add(text);
            }
            return texts;
        }
    }
}
