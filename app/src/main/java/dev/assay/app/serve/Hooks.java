package dev.assay.app.serve;

import dev.assay.lm.SequenceHook;
import dev.assay.lm.Site;
import java.util.List;

/** Several hooks on one text, each at its own sites, in their order. */
record Hooks(List<SequenceHook> all, List<Site> sites) implements SequenceHook {
    static SequenceHook of(List<SequenceHook> hooks) {
        return hooks.size() == 1
                ? hooks.getFirst()
                : new Hooks(
                        List.copyOf(hooks),
                        hooks.stream()
                                .flatMap(h -> h.sites().stream())
                                .distinct()
                                .toList());
    }

    @Override
    public void at(Site site, int position, float[] values, int from, int width) {
        for (SequenceHook hook : all) if (hook.sites().contains(site)) hook.at(site, position, values, from, width);
    }
}
