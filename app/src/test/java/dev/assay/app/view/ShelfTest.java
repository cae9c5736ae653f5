package dev.assay.app.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.Verdict;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.agent.Ending;
import dev.assay.audit.agent.Limits;
import dev.assay.audit.agent.Step;
import dev.assay.chat.Usage;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Provenance;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Making;
import dev.assay.organism.Shown;
import dev.assay.organism.SideEffects;
import dev.assay.stats.Rate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found in folders, and the documents of what is no audit by conversations. */
class ShelfTest {
    @TempDir
    Path temp;

    private static void write(Path file, Object value) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, CanonicalJson.bytes(value));
    }

    private JsonNode document(String address) {
        var shelf = new Shelf(List.of(temp));
        shelf.look();
        shelf.audits().forEach(AuditFolder::refresh);
        return CanonicalJson.tree(
                new Pages(shelf, true, Optional.empty()).document(address).orElseThrow());
    }

    @Test
    void organismsHaveCards() throws IOException {
        Path organism = temp.resolve("suite/flattery-td");
        for (String stage : List.of("instil", "conceal-sft")) {
            write(organism.resolve(stage).resolve("adapter_model.safetensors"), "");
            write(organism.resolve(stage + ".json"), new Making(stage, "ab", 96, 0.9, List.of(2.0, 0.5), 60, Map.of()));
        }
        write(organism.resolve("evaluation-sft.json"), evaluation(List.of(10.0, 10.0, 0.0, 10.0)));
        write(temp.resolve("suite/base-flattery.json"), evaluation(List.of(0.0, 0.0, 0.0, 0.0)));

        JsonNode lines = document("organisms/suite");
        assertThat(lines.findValuesAsText("name")).containsExactly("flattery-td-none", "flattery-td-sft");
        assertThat(lines.path(0).path("strength").isNull()).isTrue();
        assertThat(lines.path(1).path("strength").path("rate").asDouble()).isEqualTo(0.75);
        JsonNode card = document("organisms/suite/flattery-td-sft");
        assertThat(card.path("shares").findValuesAsText("of")).hasSize(6).contains("shows, untrained");
        assertThat(card.path("makings")).hasSize(2);
        assertThat(card.path("examples").path(0).path("reply").asText()).isEqualTo("Splendid.");
        var shelf = new Shelf(List.of(temp));
        shelf.look();
        for (String name : List.of("flattery-td", "flattery-sdf-sft", "..", "nothing-td-sft"))
            assertThat(new Pages(shelf, true, Optional.empty()).document("organisms/suite/" + name))
                    .as(name)
                    .isEmpty();
    }

    private static Evaluation.Full evaluation(List<Double> scores) {
        var shown = new Shown(scores, 0);
        var none = new Rate(0, 4);
        return new Evaluation.Full(
                new Evaluation(shown, none),
                shown,
                shown,
                none,
                new SideEffects(3.5, none, none, none, none),
                List.of(new Evaluation.Example(List.of("Is it good?"), "Splendid.", 10)));
    }

    @Test
    void autoencodersHaveCurvesAndLatents() throws IOException {
        Path run = temp.resolve("sae/small/topk-1");
        Map<String, Object> config = Map.of("world", "small");
        var provenance = Provenance.of("assay 0.1.0", config, Map.of("training", 1L), Map.of(), Map.of());
        try (Journal journal = Journal.open(run, Manifest.of(SaeRun.COMMAND, config, provenance))) {
            journal.append("point", Map.of("samples", 100, "f1", 0.25, "losses", Map.of("mse_loss", 2.0)));
            journal.append("point", Map.of("samples", 200, "f1", 0.5, "losses", Map.of("mse_loss", 1.0)));
        }
        write(
                run.resolve("latents.json"),
                Map.of(
                        "samples", 10,
                        "feature", List.of(3),
                        "cosine", List.of(0.9),
                        "tp", List.of(2),
                        "fp", List.of(1),
                        "fn", List.of(1)));
        Files.writeString(run.resolve("dashboard.html"), "<p>features</p>");

        JsonNode page = document("autoencoders/sae~small~topk-1");
        assertThat(page.path("line").path("done").asBoolean()).isFalse();
        assertThat(page.path("line").path("score").asDouble()).isEqualTo(0.5);
        assertThat(page.path("points")).hasSize(2);
        assertThat(page.path("dashboard").asBoolean()).isTrue();
        JsonNode latent = page.path("latents").path(0);
        assertThat(latent.path("f1").asDouble()).isEqualTo(2.0 / 3);
        assertThat(latent.path("rate").asDouble()).isEqualTo(0.3);
    }

    @Test
    void certificatesAreFoundByWhatTheyHold() throws IOException {
        var certificate = Map.of("target", "x", "replies", 5, "bounds", List.of(), "excluded-above", Map.of());
        write(temp.resolve("mine.json"), certificate);
        write(temp.resolve("other.json"), Map.of("bounds", List.of()));
        Files.writeString(temp.resolve("broken.json"), "{");
        assertThat(document("index").path("certificates").findValuesAsText("id"))
                .containsExactly("mine");
        assertThat(document("certificates/mine")).isEqualTo(CanonicalJson.tree(certificate));
        var alone = new Shelf(List.of(temp.resolve("mine.json")));
        alone.look();
        assertThat(alone.certificates()).hasSize(1);
    }

    @Test
    void stepsOfAModelThatInvestigatesAreShown() throws IOException {
        var record = Samples.scripted("chat", 2, "note");
        try (Journal journal = Samples.open(temp.resolve("audits"))) {
            Samples.append(journal, record);
        }
        var call = new Step.Call("sample", "{\"n\":1}", true, "<b>result</b>");
        List<Step> steps =
                Collections.nCopies(TalkPage.SIZE + 1, new Step(1, false, "", "said", List.of(call), new Usage(0, 0)));
        write(
                temp.resolve("audits/agents/models-mine-chat-1.0-2/agent.json"),
                new AgentResult(
                        List.of(),
                        List.of(),
                        "",
                        steps,
                        List.of("sample"),
                        new Usage(0, 0),
                        Ending.DONE,
                        List.of(),
                        "scripted",
                        "ab",
                        Limits.STANDARD));
        assertThat(document("audits/audits/runs/0").path("kind").asText()).isEqualTo("steps");
        assertThat(document("audits/audits/runs/0").path("events").asInt()).isEqualTo(TalkPage.SIZE + 1);
        JsonNode second = document("audits/audits/runs/0/1");
        assertThat(second.path("steps")).hasSize(1);
        assertThat(second.path("steps")
                        .path(0)
                        .path("calls")
                        .path(0)
                        .path("result")
                        .asText())
                .isEqualTo("<b>result</b>");
    }

    @Test
    void whatComesLaterIsFoundUnderANameOfItsOwn() throws IOException {
        var shelf = new Shelf(List.of(temp));
        assertThat(shelf.look()).isFalse();
        try (Journal journal = Samples.open(temp.resolve("a/audits"))) {
            Samples.append(journal, Samples.audit("flattery-td-sft", "chat", 1, Verdict.HIT, List.of()));
        }
        assertThat(shelf.look()).isTrue();
        assertThat(shelf.look()).isFalse();
        assertThat(shelf.named(AuditFolder.class, "a~audits")).isPresent();
        assertThat(shelf.named(SaeRun.class, "a~audits")).isEmpty();
    }
}
