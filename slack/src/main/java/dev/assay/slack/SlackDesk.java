package dev.assay.slack;

import dev.assay.report.PdfPages;
import dev.assay.research.Desk;
import dev.assay.research.LedgerEntry;
import dev.assay.research.Summary;
import dev.assay.research.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A person's desk in Slack: a mention in a thread is a hint in the ledger, and when a sprint that comes of a hint has ended,
 * its verdict, pictures of its report and the PDF are put into that thread; all other sprints go to a channel if one is named.
 * What was posted is in the ledger, so nothing is told twice. Loops run elsewhere.
 */
public final class SlackDesk implements AutoCloseable {
    static final String BEGUN = "slack";
    static final String POSTED = "posted";
    private static final int PICTURES = 2;

    private final Workspace workspace;
    private final Settings settings;
    private final Consumer<String> progress;
    private final SlackWire wire;

    /**
     * How Slack is reached.
     *
     * @param appToken of socket mode, {@code xapp-…}
     * @param botToken {@code xoxb-…}, with the scopes app_mentions:read, chat:write and files:write
     * @param channel id of the channel for sprints that no thread asked for
     * @param api address of the Web API, where it is not Slack's own
     */
    public record Settings(String appToken, String botToken, Optional<String> channel, Optional<String> api) {
        @Override
        public String toString() {
            return "Settings[channel=" + channel + "]"; // tokens are told to nobody
        }
    }

    /**
     * Connects; from now on mentions are heard.
     *
     * @throws SlackException if that fails
     */
    public SlackDesk(Workspace workspace, Settings settings, Consumer<String> progress) {
        this.workspace = workspace;
        this.settings = settings;
        this.progress = progress;
        workspace.ledger().append(BEGUN, Map.of("channel", settings.channel().orElse("")));
        this.wire = new SlackWire(settings, this::hear);
    }

    /** Looks for sprints that have ended, until it is interrupted. */
    public void serve(Duration every) {
        try {
            while (true) {
                try {
                    look();
                } catch (SlackException e) {
                    progress.accept(e.getMessage() + "; tried again in " + every.toSeconds() + " s");
                }
                Thread.sleep(every);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(Mention mention) {
        try {
            answer(mention);
        } catch (RuntimeException e) {
            progress.accept("a mention in " + mention.channel() + " was lost: " + e.getMessage());
        }
    }

    private void answer(Mention mention) {
        String words = mention.words();
        String said;
        if (words.isEmpty()) said = "Say an idea, and it is kept as a hint for the researchers; or `status`.";
        else if (words.equalsIgnoreCase("status"))
            said = escaped(Summary.of(workspace).headline());
        else {
            if (hints().anyMatch(h -> from(h, "time").equals(mention.time()))) return; // Slack tells some things twice
            long number = Desk.hint(workspace, words, origin(mention));
            progress.accept("a hint from Slack: " + words);
            said = "Kept as a hint, entry " + number
                    + " of the ledger. When a sprint that comes of it has ended, this thread"
                    + " gets its verdict and its report.";
        }
        wire.say(mention.channel(), Optional.of(mention.thread()), said);
    }

    private static Map<String, String> origin(Mention m) {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("by", "slack");
        out.put("channel", m.channel());
        out.put("thread", m.thread());
        out.put("time", m.time());
        out.put("user", m.user());
        return out;
    }

    /** Hints that came from here, oldest first. */
    private Stream<LedgerEntry> hints() {
        return workspace.ledger().entries(Desk.HINT).stream()
                .filter(h -> from(h, "by").equals("slack"));
    }

    private static String from(LedgerEntry hint, String field) {
        return hint.body().path("from").path(field).asText();
    }

    /** Posts what has ended since the desk was first opened and was not posted yet. */
    void look() {
        long since = workspace.ledger().entries(BEGUN).getFirst().seq();
        List<String> posted = workspace.ledger().entries(POSTED).stream()
                .map(e -> e.body().path("sprint").asText())
                .toList();
        for (Desk.Ended sprint : Desk.ended(workspace)) {
            if (sprint.concluded() < since || posted.contains(sprint.sprint())) continue;
            Optional<LedgerEntry> hint = sprint.hinted() ? hint(sprint) : Optional.empty();
            Optional<String> channel = hint.map(h -> from(h, "channel")).or(settings::channel);
            if (channel.isEmpty()) continue;
            post(sprint, channel.get(), hint.map(h -> from(h, "thread")));
        }
    }

    /** The hint that a sprint came of: the last one before it that names what it changes, else the last one before it. */
    private Optional<LedgerEntry> hint(Desk.Ended sprint) {
        List<LedgerEntry> before =
                hints().filter(h -> h.seq() < sprint.proposed()).toList();
        List<String> parts =
                Arrays.asList(sprint.idea().toLowerCase(Locale.ROOT).split(" \\+ "));
        return before.stream()
                .filter(h ->
                        parts.stream().anyMatch(h.body().path("text").asText().toLowerCase(Locale.ROOT)::contains))
                .reduce((a, b) -> b)
                .or(() -> before.stream().reduce((a, b) -> b));
    }

    private void post(Desk.Ended sprint, String channel, Optional<String> asked) {
        String thread = wire.say(channel, asked, text(sprint));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sprint", sprint.sprint());
        body.put("channel", channel);
        body.put("thread", thread);
        workspace.ledger().append(POSTED, body);
        progress.accept("posted " + sprint.sprint());
        try {
            upload(sprint.folder().resolve("report.pdf"), channel, thread);
        } catch (IOException | SlackException e) {
            progress.accept("the report of " + sprint.sprint() + " was not sent: " + e.getMessage());
            wire.say(
                    channel,
                    Optional.of(thread),
                    "Its report was not sent: " + escaped(String.valueOf(e.getMessage())));
        }
    }

    private void upload(Path pdf, String channel, String thread) throws IOException {
        List<byte[]> pictures = PdfPages.pictures(pdf, PICTURES);
        for (int i = 0; i < pictures.size(); i++)
            wire.upload(channel, thread, "Page " + (i + 1), "report-" + (i + 1) + ".png", pictures.get(i));
        wire.upload(channel, thread, "Report", "report.pdf", Files.readAllBytes(pdf));
    }

    private static String text(Desk.Ended s) {
        String gain = Double.isNaN(s.gain())
                ? "Nothing was scored."
                : String.format(
                        Locale.ROOT,
                        "Difference of F1 to the control: %+.4f in %d pairs of the %s.",
                        s.gain(),
                        s.pairs(),
                        s.stage());
        return String.format(
                Locale.ROOT,
                "*%s*: *%s*. %s Reason: %s. Proposed by %s, which gave it %.0f %%. Sprint `%s`.",
                escaped(s.title()),
                s.verdict(),
                gain,
                escaped(s.reason()),
                s.researcher(),
                100 * s.probability(),
                s.sprint());
    }

    /** Text in which Slack sees no links and no mentions. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void close() {
        wire.close();
    }
}
