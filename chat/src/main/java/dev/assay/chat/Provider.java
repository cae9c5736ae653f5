package dev.assay.chat;

import java.util.Set;

/**
 * Who answers: a server or a model on this machine. Thread-safe; calls that run at the same time are how it is kept
 * busy.
 *
 * <p>A provider makes one attempt and remembers nothing. Attempts, limits and memory are {@link Chat}'s.
 */
public interface Provider extends AutoCloseable {
    /** What answers, in words for people: the model and where it is. */
    String name();

    /** Identity of what answers, part of every memo key: whatever may answer otherwise has another one. */
    String id();

    /** What it can be asked for. */
    Set<Feature> can();

    /**
     * Answers a request that needs nothing it can't do.
     *
     * @param seed of the sequence; drawn by where the provider takes seeds and the request names none
     */
    Answer answer(ChatRequest request, long seed);

    @Override
    void close();
}
