package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line of a {@link Ledger}.
 *
 * @param seq its number, from 0 without gaps
 * @param time when it was added
 * @param type what kind of event it is
 * @param body what happened, not to be changed
 * @param prev the hash of the entry before; 64 zeros for the first
 * @param hash SHA-256 of the canonical JSON of all other fields
 */
public record LedgerEntry(long seq, Instant time, String type, JsonNode body, String prev, String hash) {

    static LedgerEntry next(long seq, Instant time, String type, Object body, String prev) {
        JsonNode tree = CanonicalJson.tree(body);
        String hash = CanonicalJson.sha256(fields(seq, time, type, tree, prev));
        return new LedgerEntry(seq, time, type, tree, prev, hash);
    }

    /** The hash that the other fields call for. */
    String computedHash() {
        return CanonicalJson.sha256(fields(seq, time, type, body, prev));
    }

    byte[] line() {
        Map<String, Object> all = fields(seq, time, type, body, prev);
        all.put("hash", hash);
        return CanonicalJson.bytes(all);
    }

    static LedgerEntry parse(byte[] line) {
        JsonNode json = CanonicalJson.parse(line);
        return new LedgerEntry(
                json.path("seq").asLong(-1),
                Instant.parse(json.path("time").asText()),
                json.path("type").asText(),
                json.path("body"),
                json.path("prev").asText(),
                json.path("hash").asText());
    }

    private static Map<String, Object> fields(long seq, Instant time, String type, JsonNode body, String prev) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("seq", seq);
        fields.put("time", time.toString());
        fields.put("type", type);
        fields.put("body", body);
        fields.put("prev", prev);
        return fields;
    }
}
