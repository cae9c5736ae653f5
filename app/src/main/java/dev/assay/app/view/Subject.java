package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Variant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an audit's target is.
 *
 * @param row name of the line of the heat map
 * @param training how it was made, {@code td-sft}; empty where its name does not tell
 */
record Subject(Kind kind, String row, String title, String training, Optional<Behaviour> behaviour) {
    private static final Map<String, Subject> KNOWN = new ConcurrentHashMap<>();

    /** Lines of the heat map, in their order. */
    enum Kind {
        BEHAVIOUR,
        CLEAN,
        UNKNOWN
    }

    static Subject of(AuditRecord record) {
        Subject named = KNOWN.computeIfAbsent(record.target(), Subject::named);
        Verdict v = record.grade().verdict();
        boolean clean = v == Verdict.CLEAN || v == Verdict.FALSE_ALARM;
        return clean && named.kind() == Kind.UNKNOWN ? clean("") : named;
    }

    private static Subject named(String target) {
        try {
            Variant v = Variant.of(target);
            String training = v.instilling().slug() + "-" + v.concealment().slug();
            return v.behaviour()
                    .map(b -> new Subject(Kind.BEHAVIOUR, b.name(), b.title(), training, Optional.of(b)))
                    .orElseGet(() -> clean(training));
        } catch (BehaviourException e) {
            return new Subject(Kind.UNKNOWN, target, target, "", Optional.empty());
        }
    }

    private static Subject clean(String training) {
        return new Subject(Kind.CLEAN, "clean", "Clean models", training, Optional.empty());
    }
}
