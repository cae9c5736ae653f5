package dev.assay.app.view;

import dev.assay.audit.Bank;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.petri.Dimension;
import dev.assay.audit.petri.Node;
import dev.assay.audit.petri.Readings;
import dev.assay.audit.petri.Transcript;
import dev.assay.organism.TextScore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which replies of a dialogue have more of what a dimension is about than the messages that they answer. Thread-safe. */
final class PetriMarks {
    private final Readings readings;
    private final Map<String, TextScore> detectors = new HashMap<>();
    private final List<Dimension> dimensions = Dimension.shipped();

    PetriMarks(Bank bank) {
        this.readings = new Readings(bank::scores);
        for (Hypothesis h : bank.hypotheses()) detectors.put(h.detector(), bank.detector(h));
    }

    /**
     * A reply that a detector of a dimension rises in.
     *
     * @param node the reply
     * @param rise over the message before it, in (0, 1]: the steepest of the dimension's detectors
     * @param spans of the reply's whole text that it rests on
     */
    record Seen(int node, String dimension, String detector, double rise, List<TextScore.Span> spans) {}

    List<Seen> of(Transcript t) {
        var all = new ArrayList<Seen>();
        for (Node reply : t.replies())
            for (Dimension d : dimensions)
                seen(d, t.said(reply).content(), reply).ifPresent(all::add);
        return all;
    }

    private Optional<Seen> seen(Dimension d, String said, Node reply) {
        String own = reply.own();
        String steepest = "";
        double rise = 0;
        for (String detector : d.detectors()) {
            double by = readings.rise(detector, said, own);
            if (by <= rise) continue;
            rise = by;
            steepest = detector;
        }
        if (rise == 0) return Optional.empty();
        int shift = reply.content().indexOf(own, reply.prefill());
        List<TextScore.Span> spans = Optional.ofNullable(detectors.get(steepest)).stream()
                .flatMap(s -> s.evidence(own).stream())
                .map(s -> new TextScore.Span(s.from() + shift, s.to() + shift))
                .toList();
        return Optional.of(new Seen(reply.id(), d.name(), steepest, rise, TalkPage.merged(spans)));
    }
}
