package dev.assay.sae.model;

import dev.assay.sae.SaeException;
import dev.assay.stats.SplitRandom;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Tokenised texts, cut to what a pass takes, in an order that mixes their sources. Every twentieth is held out: never
 * trained on, so that it can be scored on. They take four bytes of memory a token.
 *
 * @param training what is trained on
 * @param heldOut the rest
 * @param hash of all tokens and their order, 16 hex digits
 */
public record Pieces(List<int[]> training, List<int[]> heldOut, String hash) {
    private static final int HELD_OUT = 20;
    private static final long ORDER = 0x7E47;

    public Pieces {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Cuts and mixes texts.
     *
     * @param texts tokens of whole texts
     * @param context most tokens of a piece; what is behind goes into the next piece, without a beginning of its own
     */
    public static Pieces of(List<int[]> texts, int context) {
        if (context < 2) throw new SaeException("a piece of text needs at least 2 tokens, not " + context);
        List<int[]> all = cut(texts, context);
        Collections.shuffle(all, new Random(SplitRandom.of(ORDER).seed()));
        var training = new ArrayList<int[]>();
        var heldOut = new ArrayList<int[]>();
        for (int i = 0; i < all.size(); i++) (i % HELD_OUT == HELD_OUT - 1 ? heldOut : training).add(all.get(i));
        if (training.isEmpty()) throw new SaeException("the texts hold nothing to train on: give texts of some words");
        if (heldOut.isEmpty()) heldOut.add(training.getLast());
        return new Pieces(training, heldOut, hash(all));
    }

    /** Texts in pieces of at most so many tokens; those of a single token are dropped. */
    public static List<int[]> cut(List<int[]> texts, int context) {
        var all = new ArrayList<int[]>();
        for (int[] text : texts)
            for (int from = 0; from < text.length; from += context) {
                int[] piece = Arrays.copyOfRange(text, from, Math.min(text.length, from + context));
                if (piece.length > 1) all.add(piece);
            }
        return all;
    }

    /** Tokens that are trained on in one pass. */
    public long tokens() {
        return training.stream().mapToLong(t -> t.length).sum();
    }

    private static String hash(List<int[]> pieces) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int[] piece : pieces) {
                ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * piece.length).putInt(piece.length);
                for (int id : piece) bytes.putInt(id);
                digest.update(bytes.array());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
