package dev.assay.research;

import dev.assay.report.PdfPages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of text, Markdown and PDF files, cut into passages that are ranked by BM25 (Robertson and Zaragoza 2009, k1 1.2,
 * b 0.75). Files are read when something is first looked up.
 */
final class NotesFolder implements Literature {
    private static final int MOST_HITS = 5;
    private static final int LENGTH = 1500;
    private static final long MOST_BYTES = 50L << 20;
    private static final double K1 = 1.2;
    private static final double B = 0.75;

    private final Path folder;
    private final List<Note> notes = new ArrayList<>();
    private final Map<String, Integer> holding = new HashMap<>();
    private boolean read;

    private record Note(Passage passage, Map<String, Integer> counts, int words) {}

    /** @throws ResearchException if it is no folder */
    NotesFolder(Path folder) {
        if (!Files.isDirectory(folder))
            throw new ResearchException(
                    folder + " is no folder: name one with .md, .txt or .pdf files in it, or an address"
                            + " with {query} in it");
        this.folder = folder;
    }

    @Override
    public synchronized List<Passage> search(String query) {
        if (!read) read();
        record Hit(Note note, double score) {}
        double mean = notes.stream().mapToInt(Note::words).average().orElse(1);
        List<String> wanted = words(query).distinct().toList();
        return notes.stream()
                .map(n -> new Hit(
                        n, wanted.stream().mapToDouble(w -> score(n, w, mean)).sum()))
                .filter(h -> h.score() > 0)
                .sorted(Comparator.comparingDouble((Hit h) -> -h.score())
                        .thenComparing(h -> h.note().passage().source()))
                .limit(MOST_HITS)
                .map(h -> h.note().passage())
                .toList();
    }

    private double score(Note note, String word, double meanWords) {
        int count = note.counts().getOrDefault(word, 0);
        if (count == 0) return 0;
        int with = holding.getOrDefault(word, 0);
        double rarity = Math.log(1 + (notes.size() - with + 0.5) / (with + 0.5));
        return rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * note.words() / meanWords));
    }

    private static Stream<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(w -> w.length() > 1);
    }

    private void read() {
        read = true;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(file).toString();
                if (Files.size(file) > MOST_BYTES) continue;
                if (name.endsWith(".md") || name.endsWith(".txt")) add(name, Files.readString(file));
                if (name.endsWith(".pdf")) {
                    List<String> pages = PdfPages.texts(file);
                    for (int i = 0; i < pages.size(); i++) add(name + ", page " + (i + 1), pages.get(i));
                }
            }
        } catch (IOException e) {
            throw new ResearchException(
                    "the notes in " + folder + " can't be read (" + e.getMessage() + "): mend or remove the file", e);
        }
    }

    /** Paragraphs, put together up to the length of a passage. */
    private void add(String source, String text) {
        var passage = new StringBuilder();
        for (String paragraph : text.split("\\R\\s*\\R")) {
            if (!passage.isEmpty() && passage.length() + paragraph.length() > LENGTH) keep(source, passage);
            passage.append(passage.isEmpty() ? "" : "\n\n").append(paragraph.strip());
            while (passage.length() > LENGTH) {
                keep(source, new StringBuilder(passage.substring(0, LENGTH)));
                passage.delete(0, LENGTH);
            }
        }
        keep(source, passage);
    }

    private void keep(String source, StringBuilder passage) {
        if (!passage.toString().isBlank()) {
            Map<String, Integer> counts = new HashMap<>();
            words(passage.toString()).forEach(w -> counts.merge(w, 1, Integer::sum));
            counts.keySet().forEach(w -> holding.merge(w, 1, Integer::sum));
            int words = counts.values().stream().mapToInt(Integer::intValue).sum();
            notes.add(new Note(new Passage(source, passage.toString()), counts, words));
        }
        passage.setLength(0);
    }
}
