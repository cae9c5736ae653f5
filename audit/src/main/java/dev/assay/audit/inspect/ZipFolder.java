package dev.assay.audit.inspect;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A zip file whose entries are stored, deflated or, as Inspect writes them since 2026, compressed by zstd (method 93), which
 * {@code java.util.zip} does not read. Entries are found by the central directory (PKWARE APPNOTE 4.3.12); zip64 only as far as
 * a log needs it: sizes and offsets in the extra field.
 */
final class ZipFolder implements AutoCloseable {
    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int LONGEST_COMMENT = 65_535;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64 = 0x06064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int ZIP64 = 1;
    private static final long TOO_LARGE = 0xffffffffL;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ZSTD = 93;

    private final Path path;
    private final RandomAccessFile file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(int method, long compressed, long offset) {}

    /** {@link EvalException} if it is no zip file. */
    ZipFolder(Path path) {
        this.path = path;
        try {
            this.file = new RandomAccessFile(path.toFile(), "r");
        } catch (IOException e) {
            throw new EvalException(path + " can't be read: " + e.getMessage(), e);
        }
        try {
            readDirectory();
        } catch (IOException | IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
            close();
            throw new EvalException(path + " is no zip file, or is cut off: " + e, e);
        } catch (EvalException e) {
            close();
            throw e;
        }
    }

    /** The names of all entries, in the order of the directory. */
    List<String> names() {
        return List.copyOf(entries.keySet());
    }

    /** What an entry holds. {@link EvalException} if there is none of that name or it is damaged. */
    byte[] bytes(String name) {
        Entry entry = entries.get(name);
        if (entry == null) throw new EvalException(path + " has no " + name + ": it is no complete log of Inspect");
        try (InputStream in = open(entry)) {
            return in.readAllBytes();
        } catch (IOException | RuntimeException e) {
            throw new EvalException(path + ": " + name + " is damaged: " + e, e);
        }
    }

    private InputStream open(Entry entry) throws IOException {
        ByteBuffer local = read(entry.offset(), LOCAL_LENGTH);
        long start = entry.offset()
                + LOCAL_LENGTH
                + Short.toUnsignedInt(local.getShort(26))
                + Short.toUnsignedInt(local.getShort(28));
        var raw = new ByteArrayInputStream(
                read(start, Math.toIntExact(entry.compressed())).array());
        return switch (entry.method()) {
            case STORED -> raw;
            case DEFLATED -> new InflaterInputStream(raw, new Inflater(true));
            case ZSTD -> new ZstdInputStream(raw);
            default -> throw new IOException("compressed by method " + entry.method());
        };
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(offset);
        file.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void readDirectory() throws IOException {
        int length = (int) Math.min(file.length(), END_LENGTH + LONGEST_COMMENT);
        long from = file.length() - length;
        ByteBuffer tail = read(from, length);
        int end = length - END_LENGTH;
        while (end >= 0 && tail.getInt(end) != END) end--;
        if (end < 0) throw new EvalException(path + " is no zip file, or is cut off: its directory is missing");
        long count = Short.toUnsignedLong(tail.getShort(end + 10));
        long offset = Integer.toUnsignedLong(tail.getInt(end + 16));
        if (end >= 20 && tail.getInt(end - 20) == END64_LOCATOR) {
            ByteBuffer end64 = read(tail.getLong(end - 20 + 8), 56);
            if (end64.getInt(0) != END64) throw new EvalException(path + " is damaged: its zip64 directory is missing");
            count = end64.getLong(32);
            offset = end64.getLong(48);
        }
        for (long i = 0; i < count; i++) offset += readEntry(offset);
    }

    private long readEntry(long offset) throws IOException {
        ByteBuffer head = read(offset, 46);
        if (head.getInt(0) != CENTRAL) throw new EvalException(path + " is damaged: its directory is not whole");
        int name = Short.toUnsignedInt(head.getShort(28));
        int extra = Short.toUnsignedInt(head.getShort(30));
        int comment = Short.toUnsignedInt(head.getShort(32));
        ByteBuffer rest = read(offset + 46, name + extra);
        String called = new String(rest.array(), 0, name, StandardCharsets.UTF_8);
        long[] sizes = {
            Integer.toUnsignedLong(head.getInt(24)),
            Integer.toUnsignedLong(head.getInt(20)),
            Integer.toUnsignedLong(head.getInt(42))
        };
        widen(rest.position(name), sizes);
        entries.put(called, new Entry(Short.toUnsignedInt(head.getShort(10)), sizes[1], sizes[2]));
        return 46L + name + extra + comment;
    }

    /** Reads those of size, compressed size and offset that did not fit, in this order. */
    private static void widen(ByteBuffer extra, long[] sizes) {
        while (extra.remaining() >= 4) {
            int kind = Short.toUnsignedInt(extra.getShort());
            int next = Short.toUnsignedInt(extra.getShort()) + extra.position();
            if (kind == ZIP64)
                for (int i = 0; i < sizes.length; i++) if (sizes[i] == TOO_LARGE) sizes[i] = extra.getLong();
            extra.position(next);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new EvalException(path + " can't be closed: " + e.getMessage(), e);
        }
    }
}
