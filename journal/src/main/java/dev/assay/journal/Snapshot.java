package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * What a run folder held at one moment, for those who only look: reports, the web page.
 *
 * @param manifest  what the folder is for
 * @param entries   its records in order; of several writers those of the folder's own journal first
 * @param tornBytes length of unfinished last records, which are not among the entries; 0 mostly
 * @param damages   lines that were changed after they were written; what follows such a line is not among the entries
 */
public record Snapshot(Manifest manifest, List<Entry> entries, long tornBytes, List<String> damages) {

    /** The bodies of the records of a type, in order. */
    public List<JsonNode> records(String type) {
        return entries.stream()
                .filter(e -> e.type().equals(type))
                .map(Entry::body)
                .toList();
    }

    /** The body of the last record of a type. */
    public Optional<JsonNode> last(String type) {
        return entries.reversed().stream()
                .filter(e -> e.type().equals(type))
                .map(Entry::body)
                .findFirst();
    }
}
