package dev.assay.app.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Finding;
import dev.assay.audit.Verdict;
import dev.assay.journal.Journal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>";

    @TempDir
    static Path temp;

    private static ViewServer server;
    private static Path audits;

    @BeforeAll
    static void start() {
        audits = temp.resolve("audits");
        try (Journal journal = Samples.open(audits)) {
            journal.append("memo", List.of("passed over"));
            AuditRecord real = Samples.recorded();
            Samples.append(journal, real);
            Samples.append(
                    journal,
                    Samples.like(real, "chat", 2, List.of(Samples.talk("general", "Say \"hi\"", EVIL, "Größe 10"))));
            Samples.append(journal, Samples.audit("flattery-td-sft", "chat", 3, Verdict.MISS, List.of()));
            Samples.append(journal, Samples.audit("flattery-sdf-kto", "chat", 1, Verdict.NEAR_MISS, List.of()));
            Samples.append(journal, Samples.audit("flattery-td-sft", "chat", 4, Verdict.VOID, List.of()));
            Samples.append(journal, Samples.audit("twin-td-sft-2", "chat", 1, Verdict.FALSE_ALARM, List.of()));
            Samples.append(journal, Samples.audit("twin-td-sft-2", "user", 1, Verdict.CLEAN, List.of()));
            Samples.append(journal, Samples.audit("models/mine", "user", 1, Verdict.UNKNOWN, List.of()));
        }
        try (Journal other = Samples.open(temp.resolve("other"))) {
            Samples.append(other, Samples.audit("flattery-td-sft", "chat", 1, Verdict.MISS, List.of()));
            Samples.append(other, Samples.audit("flattery-td-sft", "chat", 3, Verdict.HIT, List.of()));
            Samples.append(other, Samples.audit("flattery-td-sft", "chat", 4, Verdict.HIT, List.of()));
            Samples.append(other, Samples.audit("twin-td-sft-2", "chat", 1, Verdict.CLEAN, List.of()));
        }
        try (Journal readouts = Samples.open(temp.resolve("readouts"))) {
            Statics.append(readouts, Statics.report(audits, List.of("flattery", "animal-welfare")));
            Statics.append(readouts, Statics.report(Path.of(""), List.of("flattery")));
            Statics.append(readouts, Statics.report(audits, List.of("flattery", "animal-welfare")));
        }
        server = ViewServer.start(List.of(temp), "127.0.0.1", 0);
        waitFor(
                "index.json",
                index -> index.path("audits").findValues("read").stream().allMatch(r -> r.asDouble() == 1));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private interface Check {
        boolean of(JsonNode document);
    }

    /** Asks again until it is so; a build that never gets there fails by its own limit of time. */
    private static JsonNode waitFor(String address, Check check) {
        for (int i = 0; i < 400; i++) {
            JsonNode now = document(address);
            if (check.of(now)) return now;
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        throw new AssertionError(address + " never came to be as expected");
    }

    private static HttpResponse<String> ask(String path) {
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(URI.create(server.url() + path)).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode document(String address) {
        HttpResponse<String> answer = ask("data/" + address);
        assertThat(answer.statusCode()).as(address).isEqualTo(200);
        return json(answer.body());
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static JsonNode cell(JsonNode map, String row, String column) {
        for (JsonNode c : map.path("cells"))
            if (c.path("row").asText().equals(row) && c.path("column").asText().equals(column)) return c;
        throw new AssertionError("no cell " + row + " " + column);
    }

    @Test
    void theMapCountsScoredRunsAndVoidOnesApart() {
        JsonNode map = document("audits/audits/map.json");
        JsonNode c = cell(map, "flattery", "chat");
        assertThat(c.path("n").asInt()).isEqualTo(4);
        assertThat(c.path("hits").asInt()).isEqualTo(2);
        assertThat(c.path("near").asInt()).isEqualTo(1);
        assertThat(c.path("voids").asInt()).isEqualTo(1);
        assertThat(c.path("wilson").path("low").asDouble()).isCloseTo(0.1500, within(1e-3));
        assertThat(c.path("wilson").path("high").asDouble()).isCloseTo(0.8500, within(1e-3));
        assertThat(cell(map, "clean", "chat").path("hits").asInt()).isEqualTo(1);
        assertThat(cell(map, "clean", "user").path("hits").asInt()).isZero();
        assertThat(cell(map, "models~mine", "user").path("unknown").asInt()).isEqualTo(1);
        assertThat(map.path("trainings").toString()).isEqualTo("[\"sdf-kto\",\"td-sft\"]");
        assertThat(cell(document("audits/audits/map/sdf-kto.json"), "flattery", "chat")
                        .path("n")
                        .asInt())
                .isEqualTo(1);
    }

    /** Kept in one folder, about the runs of another: both lead there, and what was answered twice stands once. */
    @Test
    void staticEvaluationsAreShownBesideTheAgentsRuns() {
        JsonNode page =
                waitFor("audits/readouts/static.json", p -> p.path("reports").size() == 2);
        JsonNode newest = page.path("reports").path(0);
        assertThat(newest.path("report").path("rows")).hasSize(3 * Statics.TOOLS.size());
        assertThat(page.path("reports").path(1).path("report").path("rows")).hasSize(2 * Statics.TOOLS.size());
        assertThat(newest.path("agent").asText()).isEqualTo("audits");
        assertThat(newest.path("cells").path("flattery-td-sft chat").toString()).isEqualTo("[\"flattery\",\"chat\"]");
        JsonNode tool = newest.path("report").path("tools").path(0);
        assertThat(tool.path("tool").asText()).isEqualTo("prefill");
        assertThat(tool.path("gap").path("mean").asDouble()).isCloseTo(2.0 / 3, within(1e-9));
        assertThat(newest.path("report")
                        .path("mechanisms")
                        .path(0)
                        .path("unused")
                        .asDouble())
                .isCloseTo(1.0 / 3, within(1e-9));
        for (JsonNode folder : document("index.json").path("audits"))
            assertThat(folder.path("statics").toString())
                    .as(folder.path("id").asText())
                    .isEqualTo(
                            List.of("audits", "readouts")
                                            .contains(folder.path("id").asText())
                                    ? "[\"readouts\"]"
                                    : "[]");
        assertThat(ask("data/audits/audits/static.json").statusCode()).isEqualTo(404);
        assertThat(ask("data/audits/readouts/static/1.json").statusCode()).isEqualTo(404);
    }

    private static org.assertj.core.data.Offset<Double> within(double d) {
        return org.assertj.core.data.Offset.offset(d);
    }

    @Test
    void aCellListsItsRuns() {
        JsonNode runs = document("audits/audits/cells/flattery/chat.json").path("runs");
        assertThat(runs.findValuesAsText("verdict")).containsExactly("near-miss", "hit", "hit", "miss", "void");
        assertThat(runs.path(1).path("claims").path(0).path("grade").asText()).isEqualTo("right");
    }

    /** What the page draws is what the investigator had: the sequence ends at the recorded effect and interval. */
    @Test
    void theConfidenceSequenceIsThatOfTheAudit() {
        AuditRecord real = Samples.recorded();
        JsonNode run = document("audits/audits/runs/1.json");
        for (Finding f :
                Stream.concat(real.findings().stream(), real.leads().stream()).toList()) {
            JsonNode quirk = quirk(run, f.quirk());
            assertThat(quirk.path("path")).hasSize(f.pairs());
            JsonNode last = quirk.path("path").path(f.pairs() - 1);
            assertThat(last.path("mean").asDouble()).isCloseTo(f.effect(), within(1e-9));
            assertThat(last.path("low").asDouble()).isCloseTo(f.interval().low(), within(1e-9));
            assertThat(last.path("high").asDouble()).isCloseTo(f.interval().high(), within(1e-9));
        }
        assertThat(quirk(run, "flattery").path("grade").asText()).isEqualTo("right");
        assertThat(run.path("truth").path("name").asText()).isEqualTo("flattery");
        assertThat(run.path("events").asInt()).isEqualTo(real.talks().size());
    }

    private static JsonNode quirk(JsonNode run, String name) {
        for (JsonNode q : run.path("quirks")) if (q.path("name").asText().equals(name)) return q;
        throw new AssertionError("no quirk " + name);
    }

    /** The pages hold every talk in order, and what is marked lies within the text. */
    @Test
    void talksComePageByPageWithTheirEvidence() {
        AuditRecord real = Samples.recorded();
        int fired = quirk(document("audits/audits/runs/1.json"), "flattery")
                .path("fired")
                .size();
        int seen = 0;
        int next = 0;
        for (int page = 0; page * TalkPage.SIZE < real.talks().size(); page++)
            for (JsonNode e : document("audits/audits/runs/1/" + page + ".json").path("events")) {
                assertThat(e.path("i").asInt()).isEqualTo(next++);
                boolean marked = false;
                for (JsonNode turn : e.path("turns"))
                    for (String side : List.of("target", "twin")) {
                        JsonNode reply = turn.path(side);
                        JsonNode spans = reply.path("seen").path("flattery");
                        marked |= !spans.isMissingNode();
                        int before = 0;
                        for (JsonNode s : spans.path("spans")) {
                            assertThat(s.path("from").asInt()).isGreaterThanOrEqualTo(before);
                            before = s.path("to").asInt();
                            assertThat(before)
                                    .isLessThanOrEqualTo(
                                            reply.path("text").asText().length());
                        }
                    }
                if (marked) seen++;
            }
        assertThat(next).isEqualTo(real.talks().size());
        assertThat(seen).isEqualTo(fired).isPositive();
        assertThat(ask("data/audits/audits/runs/1/99.json").statusCode()).isEqualTo(404);
    }

    @Test
    void whatAModelWroteIsDeliveredAsText() {
        HttpResponse<String> answer = ask("data/audits/audits/runs/2/0.json");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        JsonNode turn = json(answer.body()).path("events").path(0).path("turns").path(0);
        assertThat(turn.path("target").path("text").asText()).isEqualTo(EVIL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRIPT>alert", "say \"HI\"", "größe", "GRÖ", "LEADING:"})
    void searchFindsWordsWhateverTheirCase(String words) {
        String query = URLEncoder.encode(words, StandardCharsets.UTF_8);
        JsonNode found = json(ask("search/audits?q=" + query).body());
        assertThat(found.path("hits").path(0).path("match").asText()).isEqualToIgnoringCase(words);
        assertThat(found.path("next").asInt()).isEqualTo(-1);
        assertThat(found.path("looked").asInt()).isEqualTo(8);
    }

    @Test
    void searchRefusesWhatIsTooLong() {
        assertThat(ask("search/audits?q=" + "a".repeat(201)).statusCode()).isEqualTo(400);
        assertThat(ask("search/audits?q=a&from=x").statusCode()).isEqualTo(400);
        assertThat(ask("search/nothing?q=a").statusCode()).isEqualTo(404);
    }

    @Test
    void twoFoldersAreComparedRunByRun() {
        JsonNode both = document("compare/audits/other.json");
        assertThat(both.path("pairs").asInt()).isEqualTo(3);
        JsonNode c = cell(both, "flattery", "chat");
        assertThat(c.path("n").asInt()).isEqualTo(2);
        assertThat(List.of(c.path("first").asInt(), c.path("second").asInt())).containsExactly(1, 1);
        assertThat(List.of(c.path("gained").asInt(), c.path("lost").asInt())).containsExactly(1, 1);
        JsonNode clean = cell(both, "clean", "chat");
        assertThat(clean.path("lost").asInt()).isEqualTo(1);
    }

    @Test
    void aFolderThatGrowsTellsThePage() throws Exception {
        Path folder = temp.resolve("growing");
        try (Journal journal = Samples.open(folder);
                ViewServer own = ViewServer.start(List.of(folder), "127.0.0.1", 0);
                InputStream events = CLIENT.send(
                                HttpRequest.newBuilder(URI.create(own.url() + "events"))
                                        .header("Accept", "text/event-stream")
                                        .build(),
                                BodyHandlers.ofInputStream())
                        .body()) {
            var lines = new LinkedBlockingQueue<String>();
            Thread.ofVirtual().start(() -> readLines(events, lines));
            assertThat(lines.poll(20, TimeUnit.SECONDS)).contains("listening");
            for (int run = 1; run <= 2; run++) {
                Samples.append(journal, Samples.audit("flattery-td-sft", "chat", run, Verdict.HIT, List.of()));
                String line;
                do line = lines.poll(20, TimeUnit.SECONDS);
                while (line != null && !line.contains("\"runs\":" + run));
                assertThat(line).contains("\"id\":\"growing\"");
            }
            HttpResponse<String> map = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(own.url() + "data/audits/growing/map.json"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(cell(json(map.body()), "flattery", "chat").path("hits").asInt())
                    .isEqualTo(2);
        }
    }

    /** Until the stream is closed under it. */
    private static void readLines(InputStream from, Queue<String> to) {
        try (var in = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) to.add(line);
        } catch (IOException e) {
            // the test has ended
        }
    }

    @Test
    void damageIsToldAndTheRestIsShown() throws IOException {
        Path folder = temp.resolve("damaged");
        try (Journal journal = Samples.open(folder)) {
            Samples.append(journal, Samples.audit("flattery-td-sft", "chat", 1, Verdict.HIT, List.of()));
        }
        Files.writeString(folder.resolve(Journal.FILE), "{\"crc\":\"changed\"}\n", StandardOpenOption.APPEND);
        var audits = new AuditFolder("damaged", folder);
        assertThat(audits.refresh()).isTrue();
        assertThat(audits.state().trouble().orElse("")).contains("line 2", "damaged");
        assertThat(audits.refresh()).isFalse();
    }

    @Test
    void aFolderThatWasReplacedIsReadAnew() throws IOException {
        Path folder = temp.resolve("replaced");
        try (Journal journal = Samples.open(folder)) {
            for (int run = 1; run <= 3; run++)
                Samples.append(journal, Samples.audit("flattery-td-sft", "chat", run, Verdict.HIT, List.of()));
        }
        var audits = new AuditFolder("replaced", folder);
        audits.refresh();
        Files.delete(folder.resolve(Journal.FILE));
        try (Journal journal = Samples.open(folder)) {
            Samples.append(journal, Samples.audit("flattery-td-sft", "chat", 1, Verdict.MISS, List.of()));
        }
        assertThat(audits.refresh()).isTrue();
        assertThat(audits.runs())
                .singleElement()
                .satisfies(r -> assertThat(r.verdict()).isEqualTo(Verdict.MISS));
    }

    /** A name that was made to point here must not be answered; sockets, since Java's client sets the header itself. */
    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", ""})
    void otherNamesAreNotAnswered(String host) throws IOException {
        assertThat(status(host)).contains(host.isEmpty() ? " 400 " : " 421 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:7007", "127.0.0.1", "[::1]:7007"})
    void thisMachineIsAnswered(String host) throws IOException {
        assertThat(status(host)).contains(" 200 ");
    }

    private static String status(String host) throws IOException {
        try (var socket = new Socket("127.0.0.1", URI.create(server.url()).getPort())) {
            String request = "GET /data/index.json HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "assets/..%2f..%2fpom.xml",
                "assets/%2e%2e/%2e%2e/run.json",
                "assets/../data/index.json",
                "data/..%2f..%2fetc%2fpasswd",
                "data/audits/..%2faudits/run.json",
                "data/audits/audits/journal.jsonl",
                "data/audits/audits/runs/-1.json",
                "data/audits/audits/runs/99999999999999.json",
                "data/audits/audits/runs/1/1/1.json",
                "data/organisms/audits.json",
                "dashboards/audits",
                "audits/run.json",
                "%00"
            })
    void whatIsNotOfferedIsNotThere(String path) {
        HttpResponse<String> answer = ask(path);
        assertThat(answer.statusCode()).isBetween(400, 404);
        assertThat(answer.body()).doesNotContain("\tat ", "dev.assay", "Exception", "provenance", "root:");
    }

    @Test
    void thePageBringsItsScriptsAsFilesAlone() {
        HttpResponse<String> page = ask("");
        String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
        assertThat(policy).contains("default-src 'none'", "script-src 'self'").doesNotContain("unsafe");
        assertThat(page.body()).doesNotContain("style=", "onclick", "http:", "https:");
        assertThat(page.body().replaceAll("<script type=\"module\" src=\"[a-z/.]+\"></script>", ""))
                .doesNotContain("<script");
        for (String name : Assets.names()) {
            String text = new String(Assets.bytes(name), StandardCharsets.UTF_8);
            assertThat(text)
                    .as(name)
                    .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
        }
    }

    @Test
    void aTakenPortIsAnErrorThatSaysWhatToDo() {
        int port = URI.create(server.url()).getPort();
        assertThatExceptionOfType(ViewException.class)
                .isThrownBy(() -> ViewServer.start(List.of(audits), "127.0.0.1", port))
                .withMessageContaining("--port");
    }

    @Test
    void anExportHoldsTheDocumentsOfTheServer() throws IOException {
        Path to = temp.resolve("export");
        Export.write(List.of(audits), to, (done, all) -> {});
        for (String address : List.of(
                "audits/audits/map",
                "audits/audits/runs/1",
                "audits/audits/runs/1/3",
                "audits/audits/cells/flattery/chat"))
            assertThat(to.resolve("data/" + address + ".json"))
                    .hasContent(ask("data/" + address + ".json").body());
        assertThat(json(Files.readString(to.resolve("data/index.json")))
                        .path("live")
                        .asBoolean())
                .isFalse();
        for (String name : Assets.names())
            assertThat(to.resolve(name.equals(Assets.START) ? name : "assets/" + name))
                    .exists();
        assertThat(Export.write(List.of(audits), to, (done, all) -> {})).isPositive();
        assertThatExceptionOfType(ViewException.class)
                .isThrownBy(() -> Export.write(
                        List.of(audits),
                        Files.createDirectories(temp.resolve("full/data")).getParent(),
                        (done, all) -> {}))
                .withMessageContaining("new folder");
    }
}
