package dev.assay.app.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.research.Ledger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialoguesAndResearchTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    static Path temp;

    private static Ledger ledger;
    private static ViewServer server;

    @BeforeAll
    static void start() {
        Workspaces.dialogues(temp.resolve("shown/dialogues"));
        ledger = Workspaces.research(temp.resolve("shown/loop"));
        server = ViewServer.start(List.of(temp.resolve("shown")), "127.0.0.1", 0);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path));
    }

    private static JsonNode document(String address) throws Exception {
        HttpResponse<String> answer = ask(to("data/" + address + ".json"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return CanonicalJson.parse(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    @Test
    void dialoguesComeByConcernWithTheirTree() throws Exception {
        JsonNode board = document("petri/dialogues");
        assertThat(board.path("dialogues")).hasSize(3);
        assertThat(board.path("dialogues").path(0).path("concern").asDouble()).isEqualTo(19.8);
        JsonNode page = document("petri/dialogues/0");
        assertThat(page.path("line").path("branches").asInt()).isEqualTo(3);
        assertThat(list(page.path("nodes")).stream().map(n -> n.path("after").asInt()))
                .contains(-1);
        assertThat(list(page.path("steps")).stream().map(s -> s.path("move").asText()))
                .contains("rollback", "branch");
        assertThat(ask(to("data/petri/dialogues/3.json")).statusCode()).isEqualTo(404);
    }

    /** The dimension that the detectors judged highest fires in a reply, and its evidence lies inside the text. */
    @Test
    void repliesAreMarkedWhereDetectorsRise() throws Exception {
        JsonNode page = document("petri/dialogues/0");
        List<JsonNode> seen = list(page.path("seen")).stream()
                .filter(s -> s.path("dimension").asText().equals("warmth-beyond-need"))
                .toList();
        assertThat(seen).isNotEmpty();
        for (JsonNode s : seen) {
            assertThat(s.path("rise").asDouble()).isBetween(0.01, 1.0);
            JsonNode node = page.path("nodes").path(s.path("node").asInt());
            assertThat(node.path("role").asText()).isEqualTo("assistant");
            for (JsonNode span : s.path("spans"))
                assertThat(span.path("to").asInt())
                        .isLessThanOrEqualTo(node.path("content").asText().length());
        }
        assertThat(seen.stream().anyMatch(s -> !s.path("spans").isEmpty())).isTrue();
    }

    @Test
    void dialoguesBesideAJournalOfAuditsAreFound() {
        Path audits = temp.resolve("elsewhere/audits");
        try (Journal journal = Samples.open(audits)) {
            Samples.append(journal, Samples.recorded());
        }
        var shelf = new Shelf(List.of(temp.resolve("elsewhere")));
        shelf.look();
        assertThat(shelf.dialogues()).isEmpty();
        Workspaces.dialogues(audits.resolve("petri/flattery-td-sft"));
        assertThat(shelf.look()).isTrue();
        assertThat(shelf.dialogues()).hasSize(1);
    }

    @Test
    void aSprintHasItsPairsAndItsHeldOutEffect() throws Exception {
        JsonNode board = document("research/loop");
        JsonNode line = board.path("sprints").path(0);
        assertThat(line.path("verdict").asText()).isEqualTo("promoted");
        assertThat(line.path("effect").path("mean").asDouble()).isCloseTo(0.0508, within(1e-4));
        assertThat(line.path("held").path("pairs").asInt()).isEqualTo(6);
        assertThat(board.path("sprints").path(2).path("verdict").asText()).isEmpty();
        assertThat(board.path("summary").path("generation").asInt()).isEqualTo(1);
        JsonNode page = document("research/loop/" + Workspaces.PROMOTED);
        JsonNode confirmation = page.path("stages").path(1);
        assertThat(confirmation.path("name").asText()).isEqualTo("confirmation");
        JsonNode variant = confirmation.path("variants").path(0);
        assertThat(variant.path("pairs")).hasSize(5);
        assertThat(variant.path("pairs").path(0).path("control").asDouble()).isEqualTo(0.5);
        // 0.0508 ± t(0.975, 4) · sd / √5 with sd 0.008319: by hand
        assertThat(variant.path("effect").path("interval").path("low").asDouble())
                .isCloseTo(0.0405, within(1e-3));
        assertThat(variant.path("effect").path("interval").path("high").asDouble())
                .isCloseTo(0.0611, within(1e-3));
        assertThat(page.path("log")).hasSize(2);
    }

    @Test
    void reportsAreThoseOfTheLedgerAlone() throws Exception {
        HttpResponse<String> report = ask(to("reports/loop/" + Workspaces.PROMOTED + ".pdf"));
        assertThat(report.statusCode()).isEqualTo(200);
        assertThat(report.headers().firstValue("Content-Type")).hasValue("application/pdf");
        for (String path : List.of(
                "reports/loop/" + Workspaces.OPEN + ".pdf",
                "reports/loop/..%2F..%2Fx.pdf",
                "reports/loop/..pdf",
                "reports/loop/...pdf",
                "reports/dialogues/x.pdf"))
            assertThat(ask(to(path)).statusCode()).as(path).isIn(400, 404);
    }

    @Test
    void aChangedLedgerIsToldAndNothingElseIsLost() throws Exception {
        Path folder = temp.resolve("changed");
        Workspaces.research(folder.resolve("loop"));
        Path file = folder.resolve("loop/ledger.jsonl");
        Files.writeString(file, Files.readString(file).replaceFirst("0.0154", "0.0153"));
        var shelf = new Shelf(List.of(folder));
        shelf.look();
        JsonNode index = CanonicalJson.tree(
                new Pages(shelf, true, Optional.empty()).document("index").orElseThrow());
        assertThat(index.path("research").path(0).path("trouble").asText()).contains("its hash is not that");
    }

    @Test
    void anExportHasDialoguesResearchAndReports() {
        Path to = temp.resolve("bundle");
        Export.write(List.of(temp.resolve("shown")), to, (done, all) -> {});
        assertThat(to.resolve("data/petri/dialogues/2.json")).exists();
        assertThat(to.resolve("data/research/loop/" + Workspaces.OPEN + ".json"))
                .exists();
        assertThat(to.resolve("reports/loop/" + Workspaces.PROMOTED + ".pdf")).hasContent("%PDF-1.7\n");
    }

    @Test
    void questionsWithoutAModelOrFromElsewhereAreRefused() throws Exception {
        var body = HttpRequest.BodyPublishers.ofString("{\"text\":\"a b\"}");
        assertThat(ask(to("live/ratio")
                                .header("Content-Type", "application/json")
                                .POST(body))
                        .statusCode())
                .isEqualTo(404);
        assertThat(document("index").path("model").isNull()).isTrue();
        assertThat(ledger.entries()).isNotEmpty();
    }
}
