package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Calls that are made once: results are kept in a {@link Journal} under a key, and a run that is started again finds
 * them there instead of computing them. A key has to say everything that the result depends on (model hash, prompt,
 * sampling settings, seed).
 *
 * <pre>{@code
 * List<String> keys = prompts.stream().map(p -> Memo.key(model.sha256(), p, sampling, seed)).toList();
 * List<Reply> replies = memo.computeAll(keys, Reply.class, (missing, done) -> {
 *     for (int i : missing) {
 *         done.accept(i, model.reply(prompts.get(i)));
 *     }
 * });
 * }</pre>
 *
 * <p>The first value that is kept for a key stays. Values come back as they are read from JSON, also in the run that
 * computed them, so that both runs see the same.
 *
 * <p>Thread-safe. A journal has one memo: two would not see each other's values before the next opening.
 */
public final class Memo {

    /** The type of the journal's records, whose body is <code>{"key": …, "value": …}</code>. */
    public static final String TYPE = "memo";

    private final Journal journal;
    private final Map<String, Long> kept = new HashMap<>(); // the record of each key; guarded by this
    private final Map<String, JsonNode> learned = new HashMap<>(); // of others; guarded by this

    /** The memo of what this journal holds and will hold. */
    public Memo(Journal journal) {
        this.journal = journal;
        journal.each(TYPE, (body, seq) -> kept.putIfAbsent(body.path("key").asText(), seq));
    }

    /** Takes over what other writers of the folder have kept ({@link Segments}); it is not kept a second time here. */
    public synchronized void learn(List<Entry> entries) {
        for (Entry e : entries) {
            if (e.type().equals(TYPE)) {
                String key = e.body().path("key").asText();
                if (!kept.containsKey(key)) {
                    learned.putIfAbsent(key, e.body().path("value"));
                }
            }
        }
    }

    /** Work on a batch of which some results are missing. */
    @FunctionalInterface
    public interface Batch<T> {

        /**
         * Computes the results of these positions, and hands over each one as soon as it is there, in any order and
         * from any thread: what is handed over outlives a kill in mid-batch.
         *
         * @param missing positions in the list of keys, rising
         * @param done    takes a position and its result
         */
        void compute(List<Integer> missing, BiConsumer<Integer, T> done);
    }

    /** SHA-256 of the canonical JSON of the list of these parts, as 64 hex digits. */
    public static String key(Object... parts) {
        return CanonicalJson.sha256(List.of(parts));
    }

    /** What is kept under a key. */
    public Optional<JsonNode> find(String key) {
        Long seq;
        synchronized (this) {
            seq = kept.get(key);
            if (seq == null) {
                return Optional.ofNullable(learned.get(key));
            }
        }
        return Optional.of(journal.body(seq).path("value"));
    }

    private synchronized boolean has(String key) {
        return kept.containsKey(key) || learned.containsKey(key);
    }

    /**
     * What is kept under a key, as a type.
     *
     * @throws JournalException if it is not of that type
     */
    public <T> Optional<T> find(String key, Class<T> type) {
        return find(key).map(value -> convert(key, value, type));
    }

    /**
     * Keeps a value, unless the key has one.
     *
     * @return what is kept under the key now
     */
    public JsonNode put(String key, Object value) {
        byte[] json = CanonicalJson.bytes(Map.of("key", key, "value", value));
        JsonNode read = CanonicalJson.parse(json).path("value");
        synchronized (this) {
            if (!has(key)) {
                kept.put(key, journal.add(TYPE, json));
                return read;
            }
        }
        return find(key).orElseThrow();
    }

    /** What is kept under a key, computing and keeping it first if there is nothing. */
    public <T> T compute(String key, Class<T> type, Supplier<T> compute) {
        return find(key, type).orElseGet(() -> convert(key, put(key, compute.get()), type));
    }

    /**
     * The results of a batch of keys, of which only the missing ones are computed, in one call; none if all are there.
     * A key that stands in the list twice is computed once. What was handed over is kept, also when the work throws;
     * all is committed at the end.
     *
     * @return a result for each key, in the order of the keys
     * @throws IllegalStateException if the work ends without a result for each missing key
     * @throws JournalException      if a value that was kept is not of this type, or one can't be written
     */
    public <T> List<T> computeAll(List<String> keys, Class<T> type, Batch<T> work) {
        List<Integer> missing = missing(keys);
        if (!missing.isEmpty()) {
            Set<Integer> asked = new HashSet<>(missing);
            work.compute(missing, (index, value) -> {
                if (!asked.contains(index)) {
                    throw new IllegalArgumentException("a result for " + index + ", of which none was asked");
                }
                put(keys.get(index), value);
            });
            journal.commit();
        }
        return keys.stream()
                .map(key -> find(key, type).orElseThrow(() -> absent(keys, key)))
                .toList();
    }

    private List<Integer> missing(List<String> keys) {
        Map<String, Integer> firstOf = new LinkedHashMap<>();
        IntStream.range(0, keys.size())
                .filter(i -> !has(keys.get(i)))
                .forEach(i -> firstOf.putIfAbsent(keys.get(i), i));
        return List.copyOf(firstOf.values());
    }

    private static IllegalStateException absent(List<String> keys, String key) {
        return new IllegalStateException("the batch ended without a result for position " + keys.indexOf(key));
    }

    private <T> T convert(String key, JsonNode value, Class<T> type) {
        try {
            return CanonicalJson.value(value, type);
        } catch (IllegalArgumentException e) {
            throw new JournalException(
                    "the value kept in " + journal.folder() + " under " + key + " is " + e.getMessage()
                            + ". It was kept by another version: use that one, or another folder",
                    e);
        }
    }
}
