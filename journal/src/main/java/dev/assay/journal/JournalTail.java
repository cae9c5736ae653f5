package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Follows a journal that somebody else may be writing to: each {@link #read} gives the whole lines that were added since the
 * last, without holding them. Where a record stands is kept by the reader, who can have it again by {@link #at}.
 *
 * <p>Every line's checksum and number is checked. A line without its line feed is left for later.
 *
 * <p>Not thread-safe.
 */
public final class JournalTail {

    /** Where a record stands in its file: the bytes of its line, without the line feed. */
    public record Place(long offset, int length) {}

    /**
     * A record as it stands in the file.
     *
     * @param line the bytes of its line, from its first brace to its last
     */
    public record Located(long seq, String type, Place place, byte[] line) {

        /** Its body, parsed anew at each call. */
        public JsonNode body() {
            return CanonicalJson.parse(line).path("body");
        }
    }

    private final Path file;
    private long position;
    private long seq;

    /** @param folder a run folder; nothing is read yet, and the journal may still be missing */
    public JournalTail(Path folder) {
        this.file = folder.resolve(Journal.FILE);
    }

    /** Bytes that were read. */
    public long position() {
        return position;
    }

    /**
     * Bytes that the file has; 0 if there is none.
     *
     * @throws JournalException if that can't be told
     */
    public long size() {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Gives the records that were added since the last call, in order, until about {@code most} bytes are read.
     *
     * @return whether whole lines may be left that were there when this was called
     * @throws JournalException if a line is damaged, the file became shorter than what was read, or it can't be read
     */
    public boolean read(long most, Consumer<Located> each) {
        long end = size();
        if (end < position)
            throw new JournalException(file + " became shorter while it was read: it was replaced. Open it anew");
        if (end == position) return false;
        long stop = Math.min(end, position + Math.max(1, most));
        Scan.lines(file, position, seq, stop, (line, number, at) -> {
                    Line.check(line, number);
                    each.accept(new Located(number, Line.type(line), new Place(at, line.length), line));
                    position = at + line.length + 1L;
                    seq = number + 1;
                })
                .undamaged();
        return position >= stop && position < end;
    }

    /**
     * The body of the record at a place that was read before.
     *
     * @throws JournalException if there is no intact record any more
     */
    public static JsonNode at(Path folder, Place place) {
        try {
            return CanonicalJson.parse(line(folder, place)).path("body");
        } catch (java.io.UncheckedIOException e) {
            throw new JournalException(folder.resolve(Journal.FILE) + " was changed while it was read", e);
        }
    }

    /**
     * The bytes of a line that was read before.
     *
     * @throws JournalException if they can't be read
     */
    public static byte[] line(Path folder, Place place) {
        Path file = folder.resolve(Journal.FILE);
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] line = new byte[place.length()];
            in.seek(place.offset());
            in.readFully(line);
            return line;
        } catch (IOException e) {
            throw new JournalException(file + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    private JournalException failed(IOException e) {
        return new JournalException(file + " can't be read (" + e.getMessage() + ")", e);
    }
}
