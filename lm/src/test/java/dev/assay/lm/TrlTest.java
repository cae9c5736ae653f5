package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses and gradients against TRL's own trainers (interop/trl_losses.py), in fp32 on both sides. With
 * {@code -Dassay.trl=FOLDER} and {@code -Dassay.families=FOLDER} on other models and batches than the committed ones.
 */
class TrlTest {
    /** Of a loss, and of a gradient's largest number. */
    private static final double CLOSE = 1e-4;

    private static final Optional<Path> OTHERS =
            Optional.ofNullable(System.getProperty("assay.trl")).map(Path::of);

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    static List<Path> folders() throws IOException {
        try (var folders = Files.list(OTHERS.orElseGet(() -> Fp32.golden("trl")))) {
            return folders.sorted().toList();
        }
    }

    private static Path family(Path folder) {
        Path families = Optional.ofNullable(System.getProperty("assay.families"))
                .map(Path::of)
                .orElseGet(() -> Fp32.golden("families"));
        return families.resolve(folder.getFileName());
    }

    @ParameterizedTest
    @MethodSource("folders")
    void lossesAndGradientsEqualTrl(Path folder) throws IOException {
        compare(folder, 1 << 20, false);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void piecesAndRecomputedActivationsGiveTheSame(Path folder) throws IOException {
        compare(folder, 1, true); // each text alone
    }

    private void compare(Path folder, int tokensAtOnce, boolean recompute) throws IOException {
        JsonNode golden = Smol.parse(Files.readAllBytes(folder.resolve("trl.json")));
        Map<String, Tensor> tensors = Safetensors.read(folder.resolve("trl.safetensors"));
        LanguageModel model = LanguageModel.load(family(folder), DType.F32);
        TrainingSettings settings =
                TrainingSettings.of(1e-3, 8, 1, 0).tokensAtOnce(tokensAtOnce).recompute(recompute);
        for (JsonNode c : golden.get("cases")) {
            try (Lora adapter = Lora.load(family(folder).resolve("adapters/a"));
                    LanguageModel merged = model.merge(List.of(adapter));
                    FullWeights full = FullWeights.of(sft(c) ? model : merged)) {
                Trainable weights = c.get("adapter").asBoolean() ? Trainable.adapter(model, adapter) : full;
                Trainer.Gradients ours = sft(c)
                        ? new Trainer<>(weights, new Sft(), settings).gradients(texts(c))
                        : new Trainer<>(weights, kto(c, golden, model), settings).gradients(preferences(c));
                compare(c, ours, tensors);
            }
        }
    }

    private static boolean sft(JsonNode c) {
        return c.get("objective").asText().equals("sft");
    }

    private static Kto kto(JsonNode c, JsonNode golden, LanguageModel reference) {
        JsonNode s = c.get("settings");
        var settings = new Kto.Settings(
                s.get("beta").asDouble(),
                s.get("desirable_weight").asDouble(),
                s.get("undesirable_weight").asDouble());
        AssistantTurn turn = AssistantTurn.endingWith(golden.get("end").asInt());
        return c.get("adapter").asBoolean() ? new Kto(settings, turn) : new Kto(settings, turn, reference);
    }

    private static List<JsonNode> rows(JsonNode c) {
        return StreamSupport.stream(c.get("rows").spliterator(), false).toList();
    }

    private static List<TrainingText> texts(JsonNode c) {
        var texts = new ArrayList<TrainingText>();
        for (JsonNode row : rows(c)) {
            int[] mask = Smol.ints(row.get("assistant_masks"));
            var target = new boolean[mask.length];
            for (int i = 0; i < mask.length; i++) target[i] = mask[i] == 1;
            texts.add(new TrainingText(Smol.ints(row.get("input_ids")), target));
        }
        return texts;
    }

    private static List<UnpairedPreference> preferences(JsonNode c) {
        return rows(c).stream()
                .map(row -> new UnpairedPreference(
                        Smol.ints(row.get("prompt")),
                        Smol.ints(row.get("completion")),
                        row.get("label").asBoolean()))
                .toList();
    }

    private static void compare(JsonNode c, Trainer.Gradients ours, Map<String, Tensor> tensors) {
        String prefix = c.get("prefix").asText();
        double loss = c.get("loss").asDouble();
        double worst = Math.abs(ours.loss() / loss - 1);
        assertThat(worst).as(prefix + "loss").isLessThan(CLOSE);
        for (var metric : ours.metrics().entrySet()) {
            double wanted = c.get("metrics").get(metric.getKey()).asDouble();
            assertThat(Math.abs(metric.getValue() - wanted))
                    .as(prefix + metric.getKey())
                    .isLessThan(CLOSE * Math.max(1, Math.abs(wanted)));
        }
        if (!sft(c)) assertThat(ours.metrics()).hasSize(5);
        if (!c.path("gradients").asBoolean(true)) return;
        int compared = 0;
        for (var entry : ours.gradients().entrySet()) {
            float[] wanted = tensors.get(prefix + entry.getKey()).floats();
            double off = Fp32.difference(entry.getValue().floats(), wanted) / Fp32.largest(wanted);
            assertThat(off).as(prefix + entry.getKey()).isLessThan(CLOSE);
            worst = Math.max(worst, off);
            compared++;
        }
        assertThat(tensors.keySet().stream().filter(name -> name.startsWith(prefix)))
                .hasSize(compared);
        if (Boolean.getBoolean("assay.print")) System.out.println(prefix + " worst " + worst);
    }
}
