package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
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

    private Line() {}

    static byte[] encode(long seq, String type, Object body) {
        ByteArrayOutputStream covered = new ByteArrayOutputStream();
        covered.writeBytes(utf8(",\"seq\":" + seq + ",\"type\":" + new TextNode(type) + ",\"body\":"));
        covered.writeBytes(CanonicalJson.bytes(body));
        covered.write('}');
        ByteArrayOutputStream line = new ByteArrayOutputStream(COVERED + covered.size());
        line.writeBytes(head(covered.toByteArray(), 0));
        line.writeBytes(covered.toByteArray());
        return line.toByteArray();
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
            throw new Damaged("it is not record " + seq + ", which has to stand there");
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
