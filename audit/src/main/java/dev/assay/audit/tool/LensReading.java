package dev.assay.audit.tool;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Site;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A lens held over the held-out questions, with the persona and up to where the reply begins. A position depends on what
 * comes before it alone, so one that several prompts begin with is read once.
 */
final class LensReading {
    private final LanguageModel model;
    private final Lens lens;
    private final Site site;
    private final int top;

    /** @param top tokens of each position */
    LensReading(LanguageModel model, Lens lens, int top) {
        this.model = model;
        this.lens = lens;
        this.site = Depth.at(Depth.LENS, model.config());
        this.top = top;
    }

    /** A prompt that a question makes, and its first position that no earlier prompt has. */
    record Prompt(String question, int[] ids, int from) {}

    /**
     * What is seen at one position.
     *
     * @param divergence KL(lens || final) in nats
     * @param tokens the likeliest, likeliest first
     */
    record Seen(Prompt prompt, int position, double divergence, int[] tokens, float[] probabilities) {}

    /** The prompts of the questions. */
    static List<Prompt> prompts(LanguageModel model) {
        var prompts = new ArrayList<Prompt>();
        for (HeldOutQuestions.Led q : HeldOutQuestions.all()) {
            int[] ids = model.template().encode(List.of(Persona.SYSTEM, Message.user(q.question())), true);
            int known = prompts.stream().mapToInt(p -> common(p.ids, ids)).max().orElse(0);
            prompts.add(new Prompt(q.question(), ids, known));
        }
        return prompts;
    }

    private static int common(int[] a, int[] b) {
        int first = Arrays.mismatch(a, b);
        return first < 0 ? a.length : first;
    }

    /** Every position of the prompts of a speaker's model. */
    static List<Seen> all(Speaker speaker, Lens lens, int top) {
        LanguageModel model = speaker.model();
        var reading = new LensReading(model, lens, top);
        List<Prompt> prompts = prompts(model);
        var seen = new ArrayList<Seen>();
        for (int i = 0; i < prompts.size(); i++) {
            seen.addAll(reading.read(prompts.get(i)));
            speaker.progress().at(lens.name(), i + 1, prompts.size());
        }
        return seen;
    }

    private List<Seen> read(Prompt prompt) {
        int fresh = prompt.ids.length - prompt.from;
        if (fresh == 0) return List.of();
        Site end = Site.of(Site.Kind.LOGITS);
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            var inside = model.activations(prompt.ids, List.of(site, end));
            Tensor rows = Objects.requireNonNull(inside.get(site)).narrow(0, prompt.from, fresh);
            Tensor last = Objects.requireNonNull(inside.get(end)).narrow(0, prompt.from, fresh);
            Tensor looked = lens.logits(model, site, rows).to(DType.F32);
            double[] divergences = Divergence.kl(looked, last).doubles();
            Tensor.Top best = looked.softmax(-1).top(Math.min(top, looked.size(-1)));
            return IntStream.range(0, fresh)
                    .mapToObj(i -> seen(prompt, i, divergences[i], best))
                    .toList();
        }
    }

    private static Seen seen(Prompt prompt, int row, double divergence, Tensor.Top best) {
        try (var scope = Scope.open()) {
            int[] tokens = Arrays.stream(best.indices().narrow(0, row, 1).longs())
                    .mapToInt(Math::toIntExact)
                    .toArray();
            float[] probabilities = best.values().narrow(0, row, 1).floats();
            return new Seen(prompt, prompt.from + row, divergence, tokens, probabilities);
        }
    }
}
