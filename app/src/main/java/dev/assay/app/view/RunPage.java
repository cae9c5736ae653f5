package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.lm.Message;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Traits;
import java.util.List;
import java.util.Optional;

/**
 * A run without its talks, which come page by page.
 *
 * @param seq number of its record in the journal
 * @param truth what the target hides
 * @param system what both models were told first, where it is the same in all talks
 * @param events talks, or steps of an investigator that is a language model
 * @param size events on a page
 */
record RunPage(
        long seq,
        HeatMap.Row row,
        HeatMap.Column column,
        CellPage.Line line,
        String reference,
        String investigator,
        double dose,
        String why,
        Optional<Truth> truth,
        List<Marks.Quirk> quirks,
        List<AuditRecord.Pointer> pointers,
        List<String> log,
        List<AuditFolder.Judged> judged,
        String system,
        String kind,
        int events,
        int size) {
    static final String TALKS = "talks";
    static final String STEPS = "steps";

    record Truth(String name, String title, String description, Traits traits) {
        static Truth of(Behaviour b) {
            return new Truth(b.name(), b.title(), b.description(), b.truth());
        }
    }

    static String system(AuditRecord record) {
        List<String> all = record.talks().stream()
                .map(t -> t.target().stream()
                        .filter(m -> m.role() == Message.Role.SYSTEM)
                        .map(Message::content)
                        .findFirst()
                        .orElse(""))
                .distinct()
                .toList();
        return all.size() == 1 ? all.getFirst() : "";
    }
}
