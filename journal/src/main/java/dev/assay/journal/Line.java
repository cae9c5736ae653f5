package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * One record as a line of {@code journal.jsonl}, without the line feed:
 *
 * <pre>{@code {"crc":"6e2d2f5b","seq":3,"type":"reply","body":{…}}}</pre>
 *
 * The checksum is CRC-32C over the bytes after it, from the comma to the last brace.
 */
final class Line {

    /** Length of the first member with its brace; the checksum covers everything behind it. */
    private static final int COVERED = 17;

    private static final byte[] TYPE = utf8("\"type\":\"");

    private Line() {}

    /** @param body canonical JSON */
    static byte[] line(long seq, String type, byte[] body) {
        byte[] start = utf8(",\"seq\":" + seq + ",\"type\":" + new TextNode(type) + ",\"body\":");
        byte[] line = new byte[COVERED + start.length + body.length + 1];
        System.arraycopy(start, 0, line, COVERED, start.length);
        System.arraycopy(body, 0, line, COVERED + start.length, body.length);
        line[line.length - 1] = '}';
        System.arraycopy(head(line, COVERED), 0, line, 0, COVERED);
        return line;
    }

    /**
     * Looks at checksum and number without parsing the body.
     *
     * @throws Damaged if the line is no intact record with this number
     */
    static void check(byte[] line, long seq) throws Damaged {
        if (line.length <= COVERED || !Arrays.equals(line, 0, COVERED, head(line, COVERED), 0, COVERED)) {
            throw new Damaged("its checksum is wrong");
        }
        byte[] number = utf8(",\"seq\":" + seq + ",\"type\":\"");
        if (!Arrays.equals(line, COVERED, Math.min(line.length, COVERED + number.length), number, 0, number.length)) {
            decode(line, seq); // says what stands there
            throw new Damaged("it is not written as records are");
        }
    }

    /** @throws Damaged if the line is no intact record with this number */
    static Entry decode(byte[] line, long seq) throws Damaged {
        if (line.length <= COVERED || !Arrays.equals(line, 0, COVERED, head(line, COVERED), 0, COVERED)) {
            throw new Damaged("its checksum is wrong");
        }
        JsonNode json;
        try {
            json = CanonicalJson.parse(line);
        } catch (UncheckedIOException e) {
            throw new Damaged("it is no JSON");
        }
        if (json.path("seq").asLong(-1) != seq) {
            throw new Damaged("it is record " + json.path("seq") + " where " + seq + " has to stand");
        }
        return new Entry(seq, json.path("type").asText(), json.path("body"));
    }

    /** The type of an intact line, which stands third and is read without the rest. */
    static String type(byte[] line) {
        int from = indexOf(line, TYPE) + TYPE.length;
        int to = from;
        while (line[to] != '"') {
            if (line[to] == '\\') {
                return CanonicalJson.parse(line).path("type").asText();
            }
            to++;
        }
        return new String(line, from, to - from, StandardCharsets.UTF_8);
    }

    private static int indexOf(byte[] line, byte[] what) {
        for (int i = 0; i + what.length <= line.length; i++) {
            if (Arrays.equals(line, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        throw new JournalException("a record without a type");
    }

    /** The first member of a line that was decoded. */
    static String head(byte[] line) {
        return new String(line, 0, COVERED, StandardCharsets.US_ASCII);
    }

    /** The start of a line, with the checksum of the bytes from {@code from} on. */
    private static byte[] head(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return utf8("{\"crc\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + '"');
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Why a line can't be believed. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String reason) {
            super(reason, null, false, false);
        }
    }
}
