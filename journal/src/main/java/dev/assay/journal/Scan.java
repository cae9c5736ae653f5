package dev.assay.journal;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a journal's file holds.
 *
 * @param entries   the intact records
 * @param length    how many bytes they take
 * @param tornBytes how many bytes follow the last line feed: a record whose writer was killed
 */
record Scan(List<Entry> entries, long length, int tornBytes) {

    /** @throws JournalException if a line that was written to its end is damaged */
    static Scan of(Path file) {
        List<Entry> entries = new ArrayList<>();
        long length = 0;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    entries.add(decode(file, line.toByteArray(), entries.size()));
                    length += line.size() + 1;
                    line.reset();
                } else {
                    line.write(b);
                }
            }
        } catch (IOException e) {
            throw new JournalException(file + " can't be read (" + e.getMessage() + ")", e);
        }
        return new Scan(List.copyOf(entries), length, line.size());
    }

    private static Entry decode(Path file, byte[] line, int seq) {
        try {
            return Line.decode(line, seq);
        } catch (Line.Damaged e) {
            throw new JournalException(file + ", line " + (seq + 1) + " is damaged: " + e.getMessage()
                    + ". It was changed after it was written; nothing was deleted. Restore the file from a backup,"
                    + " or keep what comes before (head -n " + seq + " journal.jsonl > kept && mv kept journal.jsonl)"
                    + " and run the same command again, which makes the rest anew");
        }
    }
}
