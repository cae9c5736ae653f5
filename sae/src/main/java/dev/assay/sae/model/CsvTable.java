package dev.assay.sae.model;

import dev.assay.sae.SaeException;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of text cells from a {@code .csv} or {@code .csv.zst} file: UTF-8, apart by commas, cells in quotes where they
 * hold commas, line breaks or doubled quotes (RFC 4180).
 */
public record CsvTable(Path file, List<String> head, List<List<String>> rows) {

    public static CsvTable read(Path file) {
        try (InputStream bytes = Files.newInputStream(file);
                InputStream plain = file.toString().endsWith(".zst") ? new ZstdInputStream(bytes) : bytes;
                Reader text = new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8), 1 << 16)) {
            List<List<String>> all = parse(text);
            if (all.isEmpty()) throw new SaeException(file + " is empty: a table begins with the names of its columns");
            return new CsvTable(file, all.getFirst(), all.subList(1, all.size()));
        } catch (NoSuchFileException e) {
            throw new SaeException("there is no table " + file, e);
        } catch (IOException | RuntimeException e) {
            if (e instanceof SaeException known) throw known;
            throw new UncheckedIOException(
                    "cannot read " + file + ": " + e.getMessage(),
                    e instanceof IOException io ? io : new IOException(e));
        }
    }

    /** Rows of cells; lines without any character are left out. */
    static List<List<String>> parse(Reader text) throws IOException {
        var rows = new ArrayList<List<String>>();
        var row = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        boolean any = false; // whether the line has a cell
        for (int c = text.read(); c >= 0; ) {
            int next = text.read();
            if (quoted) {
                if (c == '"' && next == '"') {
                    cell.append('"');
                    next = text.read();
                } else if (c == '"') quoted = false;
                else cell.append((char) c);
            } else if (c == '"') {
                quoted = true;
                any = true;
            } else if (c == ',') {
                row.add(cell.toString());
                cell.setLength(0);
                any = true;
            } else if (c == '\n' || c == '\r') {
                if (any || !cell.isEmpty()) {
                    row.add(cell.toString());
                    rows.add(List.copyOf(row));
                }
                row.clear();
                cell.setLength(0);
                any = false;
            } else cell.append((char) c);
            c = next;
        }
        if (any || !cell.isEmpty()) {
            row.add(cell.toString());
            rows.add(List.copyOf(row));
        }
        return rows;
    }

    public boolean has(String column) {
        return head.contains(column);
    }

    /** The cells of a column; empty for rows that end before it. */
    public List<String> column(String name) {
        int at = head.indexOf(name);
        if (at < 0) throw new SaeException(file + " has no column " + name + "; it has " + String.join(", ", head));
        return rows.stream().map(r -> at < r.size() ? r.get(at) : "").toList();
    }
}
