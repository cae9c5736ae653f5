package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Hypothesis;
import dev.assay.lm.Message;
import dev.assay.organism.TextScore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Some talks of a run, target and twin side by side. */
record TalkPage(int first, List<Event> events) {
    /** Talks on a page. */
    static final int SIZE = 20;

    /** @param triggers quirks whose trigger this talk's family is */
    record Event(int i, String family, String origin, List<String> triggers, List<Turn> turns) {}

    /**
     * What the user said, and the replies.
     *
     * @param system where it differs from that of the run's other talks
     */
    record Turn(String system, String user, Reply target, Reply twin) {}

    /** @param seen what the detectors of the run's quirks say, by quirk; those that say nothing are left out */
    record Reply(String text, Map<String, Marks.Seen> seen) {}

    static TalkPage of(AuditRecord record, int page, List<Hypothesis> quirks, Marks marks, String system) {
        int first = page * SIZE;
        var events = new ArrayList<Event>();
        for (int i = first; i < Math.min(first + SIZE, record.talks().size()); i++) {
            AuditRecord.Talk talk = record.talks().get(i);
            events.add(new Event(
                    i,
                    talk.family(),
                    talk.origin(),
                    quirks.stream()
                            .filter(h -> h.triggeredBy(talk.family()))
                            .map(Hypothesis::name)
                            .toList(),
                    turns(talk, quirks, marks, system)));
        }
        return new TalkPage(first, events);
    }

    private static List<Turn> turns(AuditRecord.Talk talk, List<Hypothesis> quirks, Marks marks, String system) {
        var turns = new ArrayList<Turn>();
        String told = "";
        String asked = "";
        int replies = 0;
        for (Message m : talk.target())
            switch (m.role()) {
                case SYSTEM -> told = m.content().equals(system) ? "" : m.content();
                case USER -> asked = m.content();
                case ASSISTANT -> {
                    String other = reply(talk.reference(), replies++).orElse("");
                    turns.add(new Turn(told, asked, seen(m.content(), quirks, marks), seen(other, quirks, marks)));
                    told = asked = "";
                }
            }
        return turns;
    }

    private static Optional<String> reply(List<Message> talk, int number) {
        return talk.stream()
                .filter(m -> m.role() == Message.Role.ASSISTANT)
                .skip(number)
                .map(Message::content)
                .findFirst();
    }

    private static Reply seen(String text, List<Hypothesis> quirks, Marks marks) {
        Map<String, Marks.Seen> seen = new LinkedHashMap<>();
        for (Hypothesis h : quirks) {
            Marks.Seen s = marks.seen(h, text);
            if (s.score() > 0) seen.put(h.name(), new Marks.Seen(s.score(), merged(s.spans())));
        }
        return new Reply(text, seen);
    }

    /** In order and without overlaps. */
    private static List<TextScore.Span> merged(List<TextScore.Span> spans) {
        var out = new ArrayList<TextScore.Span>();
        spans.stream()
                .sorted(java.util.Comparator.comparingInt(TextScore.Span::from))
                .forEach(s -> {
                    if (out.isEmpty() || s.from() > out.getLast().to()) out.add(s);
                    else {
                        TextScore.Span last = out.removeLast();
                        out.add(new TextScore.Span(last.from(), Math.max(last.to(), s.to())));
                    }
                });
        return out;
    }
}
