package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * What a run folder held at one moment, for those who only look: reports, the web page.
 *
 * @param manifest  what the folder is for
 * @param entries   its records in order
 * @param tornBytes length of an unfinished last record, which is not among the entries; 0 mostly
 */
public record Snapshot(Manifest manifest, List<Entry> entries, long tornBytes) {

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
