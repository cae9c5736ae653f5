package dev.assay.app.serve;

import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.lm.SequenceHook;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Requests for the engine.
 *
 * @param steering of every text
 */
record Drafting(Model model, Wanted wanted, List<Steering> steering) {
    /** The texts after one prompt; the first is drawn by the request's seed, the others by seeds that come of it. */
    List<Desk.Draft> texts(int[] prompt, int length, int first) {
        return IntStream.range(first, first + wanted.count())
                .mapToObj(i -> text(prompt, length, i))
                .toList();
    }

    private Desk.Draft text(int[] prompt, int length, int index) {
        long seed = index == 0
                ? wanted.seed()
                : SplitRandom.of(wanted.seed()).split(index).seed();
        Request request = new Request(prompt, wanted.sampling(length), seed)
                .under(model.adapters())
                .stoppingAt(wanted.stops());
        boolean watched = !steering.isEmpty() || wanted.top() > 0 || (wanted.scored() && wanted.stream());
        return draft(request, watched);
    }

    private Desk.Draft draft(Request request, boolean watched) {
        Request scored = wanted.scored() ? request.withLogProbabilities() : request;
        if (!watched) return new Desk.Draft(scored, Optional.empty());
        var seen = new Distributions(wanted.top());
        List<SequenceHook> hooks = new ArrayList<>(steering);
        hooks.add(seen);
        return new Desk.Draft(scored.hooked(Hooks.of(hooks)), Optional.of(seen));
    }

    /** A prompt that is read for the log-probabilities of its tokens after the first. */
    Desk.Draft reading(int[] prompt) {
        int[] rest = Arrays.copyOfRange(prompt, 1, prompt.length);
        Request request = new Request(new int[] {prompt[0]}, Sampling.greedy(rest.length), 0)
                .under(model.adapters())
                .forcing(rest);
        return draft(request, true);
    }
}
