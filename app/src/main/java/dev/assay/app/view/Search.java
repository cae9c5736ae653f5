package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claim;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.JournalTail;
import dev.assay.lm.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Looks for words in all that was said in audits: talks, claims and research logs. Case does not matter. Files are read from
 * the disk, newest run first; a line is parsed only where its bytes hold the longest run of plain letters of the words.
 */
final class Search {
    private static final int MOST = 60;
    private static final int MOST_OF_A_RUN = 5;
    private static final int AROUND = 70;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Pattern NOT_PLAIN = Pattern.compile("[^ !#-\\[\\]-~]+");

    private final String words;
    private final byte[] needle;

    /**
     * What was found, newest first.
     *
     * @param looked runs that were looked at
     * @param next where to go on: a run's place in the order; -1 at the end
     */
    record Found(String words, List<Hit> hits, int looked, int runs, int next) {}

    /**
     * A place where the words stand.
     *
     * @param where target, twin, user, log or claim
     * @param talk number; -1 outside of talks
     */
    record Hit(
            long seq,
            String target,
            String tool,
            int run,
            String where,
            int talk,
            String before,
            String match,
            String after) {}

    Search(String words) {
        this.words = words.strip();
        this.needle = needle(this.words);
    }

    /** The longest part that stands in JSON as it is, in small letters. */
    private static byte[] needle(String words) {
        String longest = "";
        for (String part : NOT_PLAIN.split(words, -1)) if (part.length() > longest.length()) longest = part;
        return longest.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    }

    /** @param from where an earlier search stopped; 0 to begin */
    Found in(AuditFolder folder, int from) {
        List<AuditRun> runs = folder.runs().reversed();
        var hits = new ArrayList<Hit>();
        long begin = System.nanoTime();
        int i = Math.clamp(from, 0, runs.size());
        for (; i < runs.size() && hits.size() < MOST && System.nanoTime() - begin < PATIENCE.toNanos(); i++) {
            if (words.isEmpty()) break;
            byte[] line = JournalTail.line(folder.folder(), runs.get(i).place());
            if (needle.length == 0 || holds(line)) hits.addAll(inRun(runs.get(i), line));
        }
        boolean done = i == runs.size() || words.isEmpty();
        return new Found(words, List.copyOf(hits), i, runs.size(), done ? -1 : i);
    }

    /** Whether the bytes hold the needle, whatever the case of plain letters. */
    private boolean holds(byte[] line) {
        byte first = needle[0];
        for (int i = 0; i + needle.length <= line.length; i++)
            if (small(line[i]) == first && matches(line, i)) return true;
        return false;
    }

    private boolean matches(byte[] line, int at) {
        for (int j = 1; j < needle.length; j++) if (small(line[at + j]) != needle[j]) return false;
        return true;
    }

    private static byte small(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    private List<Hit> inRun(AuditRun run, byte[] line) {
        AuditRecord record =
                CanonicalJson.value(CanonicalJson.parse(line).path("body").path("record"), AuditRecord.class);
        var hits = new ArrayList<Hit>();
        for (Claim c : record.claims().all()) look(run, "claim", -1, c.name() + ": " + c.statement(), hits);
        for (int t = 0; t < record.talks().size(); t++) {
            for (Message m : record.talks().get(t).target())
                if (m.role() != Message.Role.SYSTEM)
                    look(run, m.role() == Message.Role.USER ? "user" : "target", t, m.content(), hits);
            for (Message m : record.talks().get(t).reference())
                if (m.role() == Message.Role.ASSISTANT) look(run, "twin", t, m.content(), hits);
        }
        for (String entry : record.log()) look(run, "log", -1, entry, hits);
        return hits;
    }

    private void look(AuditRun run, String where, int talk, String text, List<Hit> hits) {
        if (hits.size() >= MOST_OF_A_RUN) return;
        for (int at = 0; at + words.length() <= text.length(); at++)
            if (text.regionMatches(true, at, words, 0, words.length())) {
                hits.add(hit(run, where, talk, text, at));
                return;
            }
    }

    private Hit hit(AuditRun run, String where, int talk, String text, int at) {
        int to = at + words.length();
        int from = Math.max(0, at - AROUND);
        int end = Math.min(text.length(), to + AROUND);
        return new Hit(
                run.seq(),
                run.brief().target(),
                run.brief().tool(),
                run.brief().run(),
                where,
                talk,
                (from > 0 ? "…" : "") + text.substring(from, at),
                text.substring(at, to),
                text.substring(to, end) + (end < text.length() ? "…" : ""));
    }
}
