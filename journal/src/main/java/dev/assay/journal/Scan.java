package dev.assay.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What a journal's file holds.
 *
 * @param entries   the intact records, up to the first that is damaged
 * @param length    how many bytes they take
 * @param tornBytes how many bytes follow the last line feed: a record whose writer was killed
 * @param damage    what is wrong with a line that was written to its end, and what to do
 */
record Scan(List<Entry> entries, long length, int tornBytes, Optional<String> damage) {

    /** What a new file holds. */
    static final Scan EMPTY = new Scan(List.of(), 0, 0, Optional.empty());

    /**
     * What stands behind a place where a line begins.
     *
     * @param offset in bytes
     * @param seq    number of the first record there
     */
    static Scan from(Path file, long offset, long seq) {
        List<Entry> entries = new ArrayList<>();
        Scan rest = each(file, offset, seq, (entry, place) -> entries.add(entry));
        return new Scan(List.copyOf(entries), rest.length, rest.tornBytes, rest.damage);
    }

    /** Takes records one by one. */
    interface Reader {
        /** @param place where the record's line stands */
        void take(Entry entry, Place place);
    }

    /**
     * A line without its line feed, in bytes of the file.
     *
     * @param head its first member, the checksum
     */
    record Place(long offset, int length, String head) {}

    /** The same, handed out one by one and not kept: files may be larger than the memory. */
    static Scan each(Path file, long offset, long seq, Reader reader) {
        return lines(file, offset, seq, Long.MAX_VALUE, (line, number, at) -> {
            Entry entry = Line.decode(line, number);
            reader.take(entry, new Place(at, line.length, Line.head(line)));
        });
    }

    /** Records of some types from the beginning on; of others no more than that they are intact. */
    static Scan each(Path file, Predicate<String> types, Consumer<Entry> taker) {
        return lines(file, 0, 0, Long.MAX_VALUE, (line, number, at) -> {
            Line.check(line, number);
            if (types.test(Line.type(line))) taker.accept(Line.decode(line, number));
        });
    }

    /** Takes the bytes of lines, without their line feeds. */
    interface Lines {
        /**
         * @param at where the line stands
         * @throws Line.Damaged if it is not intact
         */
        void take(byte[] line, long number, long at) throws Line.Damaged;
    }

    /**
     * The lines themselves, of which {@code lines} has to say whether they are intact.
     *
     * @param until where no further line is begun
     */
    static Scan lines(Path file, long offset, long seq, long until, Lines lines) {
        long number = seq;
        long length = 0;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] chunk = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(offset);
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                int from = 0;
                for (int i = 0; i < read; i++) {
                    if (chunk[i] != '\n') {
                        continue;
                    }
                    line.write(chunk, from, i - from);
                    from = i + 1;
                    byte[] bytes = line.toByteArray();
                    try {
                        lines.take(bytes, number, offset + length);
                    } catch (Line.Damaged e) {
                        return new Scan(List.of(), length, 0, Optional.of(damaged(file, number, e)));
                    }
                    number++;
                    length += bytes.length + 1;
                    line.reset();
                    if (offset + length >= until) return new Scan(List.of(), length, 0, Optional.empty());
                }
                line.write(chunk, from, read - from);
            }
        } catch (IOException e) {
            throw new JournalException(file + " can't be read (" + e.getMessage() + ")", e);
        }
        return new Scan(List.of(), length, line.size(), Optional.empty());
    }

    /** @throws JournalException if a line is damaged */
    Scan undamaged() {
        damage.ifPresent(what -> {
            throw new JournalException(what);
        });
        return this;
    }

    private static String damaged(Path file, long seq, Line.Damaged e) {
        return file + ", line " + (seq + 1) + " is damaged: " + e.getMessage()
                + ". It was changed after it was written; nothing was deleted. Restore the file from a backup,"
                + " or keep what comes before (head -n " + seq + " journal.jsonl > kept && mv kept journal.jsonl)"
                + " and run the same command again, which makes the rest anew";
    }
}
