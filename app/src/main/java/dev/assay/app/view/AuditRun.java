package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.journal.JournalTail;

/**
 * An audit as the index keeps it: all but its talks, log and pointers, which stay in the file.
 *
 * @param seq number of its record, by which it is called
 * @param key what the journal calls it; of two records with one key the later counts
 * @param brief without talks, log and pointers
 * @param subject what it is about
 */
record AuditRun(long seq, String key, JournalTail.Place place, AuditRecord brief, Subject subject) {
    Verdict verdict() {
        return brief.grade().verdict();
    }
}
