package dev.assay.lm;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A place inside a model where its numbers can be read, named alike in all families. Written {@code resid_post:5}, or
 * {@code logits} where there is one of a kind.
 *
 * @param layer block, from 0 on; 0 for the kinds that belong to no block
 */
public record Site(Kind kind, int layer) {
    /** What is found at a site. Shapes are those of a single pass; seen counts its positions. */
    public enum Kind {
        /** What the blocks start from, scaled where the family does so: {@code [batch, position, dModel]}. */
        EMBEDDING(false),
        /** The residual stream before a block: {@code [batch, position, dModel]}. */
        RESID_PRE(true),
        /** The residual stream between attention and feed-forward: {@code [batch, position, dModel]}. */
        RESID_MID(true),
        /** The residual stream after a block: {@code [batch, position, dModel]}. */
        RESID_POST(true),
        /** Attention weights after the softmax: {@code [batch, head, position, seen]}. */
        ATTN_PATTERN(true),
        /** What each head reads, before the map that follows: {@code [batch, position, head, headDim]}. */
        ATTN_Z(true),
        /**
         * What attention adds to the residual stream, {@code resid_mid - resid_pre}: {@code [batch, position, dModel]}.
         * In Gemma 3 this is after the norm that follows attention.
         */
        ATTN_OUT(true),
        /** What the feed-forward block reads, after its norm: {@code [batch, position, dModel]}. */
        MLP_IN(true),
        /**
         * What the feed-forward block adds to the residual stream, {@code resid_post - resid_mid}: {@code [batch,
         * position, dModel]}. In Gemma 3 this is after the norm that follows it.
         */
        MLP_OUT(true),
        /** The normalised residual stream after the last block, of the rows that are read: {@code [row, dModel]}. */
        FINAL_NORM(false),
        /** {@code [row, vocab]}. */
        LOGITS(false);

        private final boolean layered;

        Kind(boolean layered) {
            this.layered = layered;
        }

        /** The name in a site's text form. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether every block has one. */
        public boolean layered() {
            return layered;
        }
    }

    public Site {
        if (layer < 0 || (layer > 0 && !kind.layered))
            throw new IllegalArgumentException("there is no site " + kind.key() + ":" + layer);
    }

    /** A site that belongs to no block. */
    public static Site of(Kind kind) {
        if (kind.layered) throw new IllegalArgumentException(kind.key() + " needs a layer: " + kind.key() + ":0");
        return new Site(kind, 0);
    }

    /** A site of a block. */
    public static Site of(Kind kind, int layer) {
        return new Site(kind, layer);
    }

    /**
     * Reads a site such as {@code resid_post:5} or {@code logits}.
     *
     * @throws SiteException if it is none; the message lists what there is
     */
    public static Site parse(String text) {
        String[] parts = text.split(":", -1);
        Kind kind = Arrays.stream(Kind.values())
                .filter(k -> k.key().equals(parts[0]))
                .findFirst()
                .orElseThrow(() -> new SiteException("there is no site \"" + text + "\"; sites are " + forms()));
        boolean fits = kind.layered ? parts.length == 2 && parts[1].matches("\\d{1,6}") : parts.length == 1;
        if (!fits) throw new SiteException("\"" + text + "\" is no site; sites are " + forms());
        return new Site(kind, kind.layered ? Integer.parseInt(parts[1]) : 0);
    }

    /**
     * The sites of a model that a text names: one site, or all of a kind, such as {@code resid_post:*}.
     *
     * @throws SiteException if the model has none of that name; the message lists what there is
     */
    public static List<Site> matching(String text, ModelConfig config) {
        List<Site> found = text.endsWith(":*")
                ? all(config).stream()
                        .filter(s -> s.kind.layered && s.kind.key().equals(text.substring(0, text.length() - 2)))
                        .toList()
                : Stream.of(parse(text)).filter(s -> s.existsIn(config)).toList();
        if (found.isEmpty())
            throw new SiteException("the model has no site \"" + text + "\"; its sites are " + forms()
                    + " with LAYER from" + " 0 to " + (config.layers() - 1) + ", or * for all");
        return found;
    }

    /** All sites of a model in the order in which a forward pass reaches them. */
    public static List<Site> all(ModelConfig config) {
        return Stream.of(
                        Stream.of(of(Kind.EMBEDDING)),
                        IntStream.range(0, config.layers())
                                .boxed()
                                .flatMap(l -> Stream.of(
                                                Kind.RESID_PRE,
                                                Kind.ATTN_PATTERN,
                                                Kind.ATTN_Z,
                                                Kind.ATTN_OUT,
                                                Kind.RESID_MID,
                                                Kind.MLP_IN,
                                                Kind.MLP_OUT,
                                                Kind.RESID_POST)
                                        .map(kind -> of(kind, l))),
                        Stream.of(of(Kind.FINAL_NORM), of(Kind.LOGITS)))
                .flatMap(s -> s)
                .toList();
    }

    /** Whether a model has this site. */
    public boolean existsIn(ModelConfig config) {
        return layer < config.layers();
    }

    private static String forms() {
        return Arrays.stream(Kind.values())
                .map(k -> k.layered ? k.key() + ":LAYER" : k.key())
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return kind.layered ? kind.key() + ":" + layer : kind.key();
    }
}
