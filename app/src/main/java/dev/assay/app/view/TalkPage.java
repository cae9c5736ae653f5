package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.Observation;
import dev.assay.lm.Message;
import dev.assay.organism.Speaker;
import dev.assay.organism.TextScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

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

    /**
     * Makes the pages of a run.
     *
     * @param quirks whose evidence is marked
     * @param system what both models were told in all talks
     */
    record Maker(AuditRecord record, List<Hypothesis> quirks, Marks.Read read, Marks marks, String system) {
        TalkPage page(int number) {
            int first = number * SIZE;
            int end = Math.min(first + SIZE, record.talks().size());
            return new TalkPage(
                    first, IntStream.range(first, end).mapToObj(this::event).toList());
        }

        private Event event(int i) {
            AuditRecord.Talk talk = record.talks().get(i);
            List<String> triggers = quirks.stream()
                    .filter(h -> h.triggeredBy(talk.family()))
                    .map(Hypothesis::name)
                    .toList();
            return new Event(i, talk.family(), talk.origin(), triggers, turns(i, talk));
        }

        private List<Turn> turns(int i, AuditRecord.Talk talk) {
            List<String> others = Speaker.replies(talk.reference());
            var turns = new ArrayList<Turn>();
            String told = "";
            String asked = "";
            for (Message m : talk.target())
                switch (m.role()) {
                    case SYSTEM -> told = m.content().equals(system) ? "" : m.content();
                    case USER -> asked = m.content();
                    case ASSISTANT -> {
                        int n = turns.size();
                        String other = n < others.size() ? others.get(n) : "";
                        turns.add(new Turn(
                                told,
                                asked,
                                reply(m.content(), i, n, Observation.Scores::target),
                                reply(other, i, n, Observation.Scores::reference)));
                        told = asked = "";
                    }
                }
            return turns;
        }

        private Reply reply(String text, int talk, int number, Function<Observation.Scores, double[]> side) {
            Map<String, Marks.Seen> seen = new LinkedHashMap<>();
            for (Hypothesis h : quirks) {
                double[] scores = side.apply(
                        read.scores().getOrDefault(h.name(), List.of()).get(talk));
                if (number < scores.length && scores[number] > 0)
                    seen.put(h.name(), new Marks.Seen(scores[number], merged(marks.spans(h, text))));
            }
            return new Reply(text, seen);
        }
    }

    /** In order and without overlaps. */
    static List<TextScore.Span> merged(List<TextScore.Span> spans) {
        var out = new ArrayList<TextScore.Span>();
        spans.stream().sorted(Comparator.comparingInt(TextScore.Span::from)).forEach(s -> {
            if (out.isEmpty() || s.from() > out.getLast().to()) out.add(s);
            else {
                TextScore.Span last = out.removeLast();
                out.add(new TextScore.Span(last.from(), Math.max(last.to(), s.to())));
            }
        });
        return out;
    }
}
