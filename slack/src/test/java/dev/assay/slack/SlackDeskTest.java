package dev.assay.slack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.report.PdfReport;
import dev.assay.research.Desk;
import dev.assay.research.LedgerEntry;
import dev.assay.research.Protocol;
import dev.assay.research.Workspace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A workspace and a stand-in for Slack. */
class SlackDeskTest {
    @TempDir
    Path temp;

    private FakeSlack slack;
    private Workspace workspace;
    private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() throws InterruptedException {
        slack = new FakeSlack();
        workspace = Workspace.init(
                temp.resolve("w"), Protocol.of("tiny", Map.of(), List.of()), "assay test", Clock.systemUTC());
    }

    @AfterEach
    void close() throws InterruptedException {
        slack.close();
    }

    private SlackDesk desk(Optional<String> channel) {
        var settings = new SlackDesk.Settings("xapp-1-secret", "xoxb-1-secret", channel, Optional.of(slack.api()));
        assertThat(settings.toString()).doesNotContain("secret");
        return new SlackDesk(workspace, settings, progress::add);
    }

    /** A sprint that ended, as its entries and its folder have it. */
    private void ended(String sprint, String key, String origin, String verdict) throws IOException {
        workspace
                .ledger()
                .append(
                        "proposal",
                        Map.of(
                                "sprint",
                                sprint,
                                "researcher",
                                "offline",
                                "generation",
                                0,
                                "idea",
                                Map.of(
                                        "key",
                                        key,
                                        "title",
                                        "a <great> " + key,
                                        "origin",
                                        origin,
                                        "family",
                                        "loss",
                                        "probability",
                                        0.2)));
        workspace
                .ledger()
                .append(
                        "verdict",
                        Map.of(
                                "sprint",
                                sprint,
                                "verdict",
                                verdict,
                                "reason",
                                "it showed no gain",
                                "gain",
                                -0.0123,
                                "pairs",
                                5,
                                "stage",
                                "confirmation"));
        Path folder =
                Files.createDirectories(workspace.folder().resolve("sprints").resolve(sprint));
        var pdf = new PdfReport(key, sprint);
        pdf.prose("What came of it.");
        Files.write(folder.resolve("report.pdf"), pdf.toPdf());
        Files.writeString(folder.resolve("DONE"), "{}");
    }

    private List<FakeSlack.Call> said() {
        return slack.calls("chat.postMessage");
    }

    @Test
    void anIdeaOfAThreadIsAHintAndItsSprintComesBackIntoTheThread() throws Exception {
        try (SlackDesk desk = desk(Optional.empty())) {
            slack.mention("C7", "100.1", "100.2", "<@UBOT> try the tilt &amp; see");
            slack.mention("C7", "100.1", "100.2", "<@UBOT> try the tilt &amp; see");
            slack.mention("C8", "", "200.1", "<@UBOT> more levels");
            List<LedgerEntry> hints = workspace.ledger().entries(Desk.HINT);
            assertThat(hints).hasSize(2);
            assertThat(hints.getFirst().body().path("text").asText()).isEqualTo("try the tilt & see");
            assertThat(hints.getFirst().body().path("from").path("user").asText())
                    .isEqualTo("U1");
            assertThat(said()).hasSize(2).allSatisfy(c -> assertThat(c.token()).contains("xoxb-1-secret"));
            assertThat(said().getFirst().fields())
                    .containsEntry("channel", "C7")
                    .containsEntry("thread_ts", "100.1");
            assertThat(said().getLast().fields()).containsEntry("channel", "C8").containsEntry("thread_ts", "200.1");

            desk.look();
            assertThat(said()).hasSize(2);
            ended("s1", "tilt", "HUMAN_HINT", "refuted");
            ended("s2", "decay", "OWN", "refuted");
            desk.look();
            comesBack();
            desk.look();
        }
        try (SlackDesk again = desk(Optional.empty())) {
            again.look();
        }
        assertThat(said()).as("nothing is told twice").hasSize(3);
    }

    private void comesBack() {
        assertThat(said()).hasSize(3);
        Map<String, String> verdict = said().getLast().fields();
        assertThat(verdict).containsEntry("channel", "C7").containsEntry("thread_ts", "100.1");
        assertThat(verdict.get("text")).contains("*a &lt;great&gt; tilt*: *refuted*", "-0.0123 in 5 pairs", "20 %");
        assertThat(slack.uploads).hasSize(2);
        assertThat(slack.uploads.get(0)).contains("PNG".getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(slack.uploads.get(1), StandardCharsets.ISO_8859_1))
                .contains("%PDF-");
        assertThat(slack.calls("files.completeUploadExternal"))
                .hasSize(2)
                .allSatisfy(c -> assertThat(c.fields()).containsEntry("thread_ts", "100.1"));
    }

    @Test
    void otherSprintsGoToTheChannelThoseFromBeforeDoNot() throws Exception {
        ended("old", "aux", "OWN", "refuted");
        try (SlackDesk desk = desk(Optional.of("C9"))) {
            desk.look();
            assertThat(said()).isEmpty();
            ended("new", "decay", "OWN", "promoted");
            desk.look();
        }
        assertThat(said().getLast().fields()).containsEntry("channel", "C9").doesNotContainKey("thread_ts");
        assertThat(slack.calls("files.completeUploadExternal")
                        .getLast()
                        .fields()
                        .get("thread_ts"))
                .startsWith("900.");
        assertThat(workspace.ledger().entries(SlackDesk.POSTED)).hasSize(1);
    }

    @Test
    void aReportThatIsRefusedIsSaidOnceAndNotTriedForEver() throws Exception {
        try (SlackDesk desk = desk(Optional.of("C9"))) {
            ended("new", "decay", "OWN", "promoted");
            slack.refusal = "files.getUploadURLExternal";
            desk.look();
            desk.look();
        }
        assertThat(said()).hasSize(2);
        assertThat(said().getLast().fields().get("text"))
                .contains("was not sent", "files:write")
                .doesNotContain("secret");
        assertThat(progress).anyMatch(p -> p.contains("files:write")).noneMatch(p -> p.contains("secret"));
    }

    @Test
    void statusIsAnsweredAndATokenThatIsRefusedIsSaid() throws Exception {
        try (SlackDesk desk = desk(Optional.empty())) {
            slack.mention("C7", "", "300.1", "<@UBOT> status");
            assertThat(said().getLast().fields().get("text")).contains("0 sprints");
            slack.mention("C7", "", "300.2", "<@UBOT>");
            assertThat(said().getLast().fields().get("text")).contains("kept as a hint");
            assertThat(workspace.ledger().entries(Desk.HINT)).isEmpty();
        }
        slack.refusal = "auth.test";
        assertThatThrownBy(() -> desk(Optional.empty())).isInstanceOf(SlackException.class);
    }
}
