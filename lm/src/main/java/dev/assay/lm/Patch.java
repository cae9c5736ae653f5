package dev.assay.lm;

import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A place whose numbers are replaced.
 *
 * @param position one position, or all of them
 * @param head one head, at {@code attn_z} alone, or all that is there
 */
public record Patch(Site site, OptionalInt position, OptionalInt head) {
    /** What can be patched: all that has a row per position. */
    public static final Set<Site.Kind> KINDS = EnumSet.of(
            Site.Kind.EMBEDDING,
            Site.Kind.RESID_PRE,
            Site.Kind.RESID_MID,
            Site.Kind.RESID_POST,
            Site.Kind.ATTN_Z,
            Site.Kind.ATTN_OUT,
            Site.Kind.MLP_IN,
            Site.Kind.MLP_OUT);

    /** One position of a site. */
    public static Patch at(Site site, int position) {
        return new Patch(site, OptionalInt.of(position), OptionalInt.empty());
    }

    /** What one head gives, at all positions. */
    public static Patch head(int layer, int head) {
        return new Patch(Site.of(Site.Kind.ATTN_Z, layer), OptionalInt.empty(), OptionalInt.of(head));
    }

    /** Every site at every position: the sites one after another. */
    public static List<Patch> grid(Collection<Site> sites, List<Integer> positions) {
        return sites.stream()
                .flatMap(s -> positions.stream().map(p -> at(s, p)))
                .toList();
    }

    /** Every head of a model: the blocks one after another. */
    public static List<Patch> heads(ModelConfig config) {
        return IntStream.range(0, config.layers())
                .boxed()
                .flatMap(l -> IntStream.range(0, config.heads()).mapToObj(h -> head(l, h)))
                .toList();
    }

    /** {@link SiteException} unless a prompt of that length has this place; the message says what there is. */
    void check(ModelConfig config, int length) {
        Site.matching(site.toString(), config);
        if (!KINDS.contains(site.kind()))
            throw new SiteException(site + " cannot be patched; what can be is "
                    + KINDS.stream()
                            .map(k -> k.layered() ? k.key() + ":LAYER" : k.key())
                            .collect(Collectors.joining(", ")));
        checkPosition(position, length);
        if (head.isPresent() && site.kind() != Site.Kind.ATTN_Z)
            throw new SiteException(site + " has no heads; attn_z:LAYER has");
        head.ifPresent(h -> {
            if (h < 0 || h >= config.heads())
                throw new SiteException(site + " has no head " + h + "; its heads are 0 to " + (config.heads() - 1));
        });
    }

    static void checkPosition(OptionalInt position, int length) {
        position.ifPresent(p -> {
            if (p < 0 || p >= length)
                throw new SiteException("the prompt has no position " + p + "; its positions are 0 to " + (length - 1));
        });
    }

    /** Of a site's numbers {@code [1, position, ..]} those that are replaced. */
    private Tensor of(Tensor value) {
        Tensor row = position.isPresent() ? value.narrow(1, position.getAsInt(), 1) : value;
        return head.isPresent() ? row.narrow(2, head.getAsInt(), 1) : row;
    }

    /** Where a pass that starts with a block reaches this place. */
    private Site reached() {
        return site.kind() == Site.Kind.EMBEDDING ? Site.of(Site.Kind.RESID_PRE, 0) : site;
    }

    /** A hook that replaces in each row of a batch what its patch says. */
    static final class Rows {
        private final List<Patch> patches;
        private final List<Tensor> sources;
        private final Set<Integer> open;

        /**
         * @param patches one for each row
         * @param sources the site's numbers in the run that they come from, one for each row, {@code [position, ..]}
         */
        Rows(List<Patch> patches, List<Tensor> sources) {
            this.patches = patches;
            this.sources = sources;
            this.open = IntStream.range(0, patches.size()).boxed().collect(Collectors.toSet());
        }

        Hook hook() {
            return Hook.sites(this::at);
        }

        private Tensor at(Site site, Tensor value) {
            List<Integer> rows = new ArrayList<>();
            for (int r = 0; r < patches.size(); r++)
                if (patches.get(r).reached().equals(site)) rows.add(r);
            if (rows.isEmpty()) return value;
            Tensor edited = value.copy();
            for (int r : rows) {
                Patch patch = patches.get(r);
                patch.of(edited.narrow(0, r, 1))
                        .setInPlace(patch.of(sources.get(r).unsqueeze(0)));
                open.remove(r);
            }
            return edited;
        }

        /** {@link SiteException} if a pass went by without reaching one of the places. */
        void checkAllMatched() {
            for (int r : open) throw new SiteException("the pass did not reach " + patches.get(r));
        }
    }

    @Override
    public String toString() {
        return site
                + (head.isPresent() ? ", head " + head.getAsInt() : "")
                + (position.isPresent() ? ", position " + position.getAsInt() : "");
    }
}
