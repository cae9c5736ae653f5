package dev.assay.report;

import static dev.assay.report.Markup.escape;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Data that a page carries: Base64 in a {@code script} element of a type that no browser runs, with their SHA-256. */
public final class Attachment {
    private static final int WIDTH = 120;
    private static final String END = "\n</script>";

    private Attachment() {}

    static String element(String id, String type, byte[] bytes) {
        return "<script type=\"%s\" id=\"%s\" data-sha256=\"%s\">\n".formatted(escape(type), escape(id), sha256(bytes))
                + Base64.getMimeEncoder(WIDTH, new byte[] {'\n'}).encodeToString(bytes)
                + END
                + "\n";
    }

    /**
     * What {@link HtmlReport#attach} put into a page.
     *
     * @throws IllegalArgumentException if the page has none of that name, is cut off in it, or it does not fit its hash
     */
    public static byte[] read(String html, String id) {
        Matcher begin = Pattern.compile(
                        "<script type=\"[^\"]+\" id=\"" + Pattern.quote(escape(id)) + "\" data-sha256=\"([^\"]*)\">\n")
                .matcher(html);
        if (!begin.find()) throw new IllegalArgumentException("it carries no data");
        int end = html.indexOf(END, begin.end());
        if (end < 0) throw new IllegalArgumentException("it is cut off within its data");
        byte[] bytes = decoded(html.substring(begin.end(), end).replace("\n", ""));
        if (!sha256(bytes).equals(begin.group(1)))
            throw new IllegalArgumentException("its data are not those of its SHA-256: one of the two was changed");
        return bytes;
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("its data are damaged: " + e.getMessage(), e);
        }
    }

    /** 64 hex digits. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
