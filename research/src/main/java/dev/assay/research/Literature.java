package dev.assay.research;

import java.nio.file.Path;
import java.util.List;

/** What others have written, for researchers to look up. It is data: what stands in it decides nothing. */
interface Literature {
    /**
     * A piece of it.
     *
     * @param source by which an idea can name it
     */
    record Passage(String source, String text) {}

    /** What is nearest to the words of a query, best first. */
    List<Passage> search(String query);

    /** A folder of notes, or the address of a search with {@code {query}} in it. */
    static Literature of(String where) {
        return where.startsWith("http://") || where.startsWith("https://")
                ? new SearchAddress(where)
                : new NotesFolder(Path.of(where));
    }
}
