package dev.assay.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes into an index what journals have and it has not. */
final class IndexReading {
    /** So many bytes are kept at once: what was read before a kill is not read again. */
    private static final long PART = 16L << 20;

    private final Path folder;
    private final IndexFile file;
    private final JournalIndex.Shape shape;
    private final JournalIndex.Progress progress;
    private final List<String> damages = new ArrayList<>();
    private long tornBytes;
    private long done;
    private long all;

    IndexReading(Path folder, IndexFile file, JournalIndex.Shape shape, JournalIndex.Progress progress) {
        this.folder = folder;
        this.file = file;
        this.shape = shape;
        this.progress = progress;
    }

    List<String> damages() {
        return damages;
    }

    long tornBytes() {
        return tornBytes;
    }

    void all() {
        Map<Path, IndexFile.Source> sources = new LinkedHashMap<>();
        file.begin();
        for (Path journal : Segments.all(folder)) {
            Path lines = journal.resolve(Journal.FILE);
            IndexFile.Source known = file.source(JournalIndex.name(folder, journal));
            if (!isStillThere(lines, known)) {
                file.forget(known.journal());
                known = IndexFile.Source.fresh(known.journal());
            }
            sources.put(lines, known);
            all += size(lines) - known.bytes();
        }
        sources.forEach(this::read);
        file.commit();
    }

    /** Whether the last line that was read stands where it stood: a journal only grows. */
    private static boolean isStillThere(Path lines, IndexFile.Source known) {
        if (known.records() == 0) return true;
        if (size(lines) < known.bytes()) return false;
        byte[] head = known.last().getBytes(StandardCharsets.UTF_8);
        byte[] found = new byte[head.length];
        try (var in = new RandomAccessFile(lines.toFile(), "r")) {
            in.seek(known.lastAt());
            in.readFully(found);
            return new String(found, StandardCharsets.UTF_8).equals(known.last());
        } catch (IOException e) {
            throw new JournalException(lines + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    private static long size(Path lines) {
        try {
            return Files.size(lines);
        } catch (IOException e) {
            throw new JournalException(lines + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    private void read(Path lines, IndexFile.Source from) {
        var state = new Object() {
            IndexFile.Source source = from;
            long part;
        };
        Scan rest = Scan.each(lines, from.bytes(), from.records(), (entry, place) -> {
            take(from.journal(), entry, place);
            state.source = state.source.after(place, entry);
            state.part += place.length() + 1L;
            if (state.part < PART) return;
            done += state.part;
            state.part = 0;
            file.keep(state.source);
            file.commit();
            progress.at(done, all);
            file.begin();
        });
        done += state.part;
        if (!state.source.equals(from)) file.keep(state.source);
        progress.at(done, all);
        rest.damage().ifPresent(damages::add);
        tornBytes += rest.tornBytes();
    }

    private void take(String journal, Entry entry, Scan.Place place) {
        shape.keep(entry).ifPresent(kept -> file.add(journal, entry, place, kept));
    }
}
