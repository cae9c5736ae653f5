package dev.assay.audit.tool;

import dev.assay.lm.Tokenizer;
import java.util.Arrays;

/** A token and the text around it: five tokens on each side. */
record TokenContext(Tokenizer tokenizer, int[] ids) {
    private static final int AROUND = 5;

    String before(int at) {
        return text(at - AROUND, at);
    }

    String token(int at) {
        return text(at, at + 1);
    }

    String after(int at) {
        return text(at + 1, at + 1 + AROUND);
    }

    private String text(int from, int to) {
        return tokenizer.decodeAll(Arrays.copyOfRange(ids, Math.max(0, from), Math.min(ids.length, to)));
    }
}
