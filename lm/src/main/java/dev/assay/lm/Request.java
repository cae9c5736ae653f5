package dev.assay.lm;

import java.util.List;
import java.util.Optional;

/**
 * A text to be continued.
 *
 * @param prompt its tokens, not empty
 * @param seed of this sequence's own random stream: what is drawn depends on no other sequence
 * @param adapters that are attached to the model for this sequence alone
 * @param beside sets of adapters under which the same tokens are read along, for their log-probabilities
 * @param forced how the continuation begins, whatever the model would draw
 * @param stops texts that end the continuation where they appear in it
 * @param hook sees and may edit the insides of this sequence
 * @param scored whether the log-probabilities of the continuation's tokens are wanted
 */
public record Request(
        int[] prompt,
        Sampling sampling,
        long seed,
        List<Lora> adapters,
        List<List<Lora>> beside,
        int[] forced,
        List<String> stops,
        Optional<SequenceHook> hook,
        boolean scored) {
    public Request {
        if (prompt.length == 0) throw new IllegalArgumentException("a prompt needs at least one token");
        if (stops.stream().anyMatch(String::isEmpty))
            throw new IllegalArgumentException("a stop text must not be empty");
        prompt = prompt.clone();
        forced = forced.clone();
        adapters = List.copyOf(adapters);
        beside = beside.stream().map(List::copyOf).toList();
        stops = List.copyOf(stops);
    }

    public Request(int[] prompt, Sampling sampling, long seed) {
        this(prompt, sampling, seed, List.of(), List.of(), new int[0], List.of(), Optional.empty(), false);
    }

    /** The same under adapters of its own. */
    public Request under(List<Lora> own) {
        return new Request(prompt, sampling, seed, own, beside, forced, stops, hook, scored);
    }

    /**
     * The same, with the log-probabilities that its tokens have under each of these sets of adapters; the empty set is
     * the model itself.
     */
    public Request beside(List<List<Lora>> others) {
        return new Request(prompt, sampling, seed, adapters, others, forced, stops, hook, true);
    }

    /** The same with a continuation that begins with these tokens. */
    public Request forcing(int... tokens) {
        return new Request(prompt, sampling, seed, adapters, beside, tokens, stops, hook, scored);
    }

    /** The same, ended where one of these texts appears. */
    public Request stoppingAt(List<String> texts) {
        return new Request(prompt, sampling, seed, adapters, beside, forced, texts, hook, scored);
    }

    /** The same with a hook. */
    public Request hooked(SequenceHook with) {
        return new Request(prompt, sampling, seed, adapters, beside, forced, stops, Optional.of(with), scored);
    }

    /** The same with the log-probabilities of its tokens. */
    public Request withLogProbabilities() {
        return new Request(prompt, sampling, seed, adapters, beside, forced, stops, hook, true);
    }
}
