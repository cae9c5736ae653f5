package dev.assay.lm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's alphabet: each byte is written as one printable character, so that a vocabulary of bytes can be stored as
 * text. Bytes that are printable in Latin-1 stand for themselves, the others follow from U+0100 on.
 */
final class ByteLevel {
    private static final char[] CHARS = new char[256];
    private static final int[] BYTES = new int[512];

    static {
        Arrays.fill(BYTES, -1);
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
            CHARS[b] = printable ? (char) b : next++;
            BYTES[CHARS[b]] = b;
        }
    }

    private ByteLevel() {}

    /** The character for a byte, 0 to 255. */
    static char character(int b) {
        return CHARS[b];
    }

    /** The bytes that a token's text stands for; characters outside the alphabet stand for their own UTF-8. */
    static byte[] bytes(String token) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(token.length());
        token.codePoints().forEach(c -> {
            int b = c < BYTES.length ? BYTES[c] : -1;
            if (b >= 0) {
                out.write(b);
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }
}
