package dev.assay.chat;

import java.util.List;

/** Texts as directions: two texts are alike as far as the dot product of their vectors is near 1. */
public interface Embedder {
    /**
     * The vectors of texts, in their order, {@code [dimension]} each, of length 1.
     *
     * @throws IllegalArgumentException if a text is empty
     */
    List<float[]> embed(List<String> texts);

    /** Scales a vector to length 1. */
    static float[] unit(double[] vector) {
        double square = 0;
        for (double x : vector) square += x * x;
        if (!(square > 0)) throw new IllegalArgumentException("a vector of length " + square + " has no direction");
        double scale = 1 / Math.sqrt(square);
        float[] out = new float[vector.length];
        for (int i = 0; i < out.length; i++) out[i] = (float) (vector[i] * scale);
        return out;
    }

    /** {@link IllegalArgumentException} if a text is empty. */
    static void check(List<String> texts) {
        int empty = texts.indexOf("");
        if (empty >= 0) throw new IllegalArgumentException("text " + empty + " is empty and has no direction");
    }
}
