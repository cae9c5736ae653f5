package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Random texts from a context-free grammar: {@code {symbol}}, {@code {symbol?}}, {@code {=symbol}}, tables
 * {@code {=table.column}} and {@code {codes:symbol}} as described in docs/formats/behaviour.md.
 */
public final class Grammar {
    private static final int DEPTH = 40;
    private static final String CODES = "codes:";

    private final Map<String, Choice> symbols = new LinkedHashMap<>();
    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** Rows of which one is drawn; the columns of a row belong together. */
    private record Table(List<Map<String, Choice>> rows) {
        static Table of(String where, JsonNode list) {
            var rows = new ArrayList<Map<String, Choice>>();
            for (JsonNode node : list) {
                var row = new LinkedHashMap<String, Choice>();
                node.properties().forEach(e -> row.put(e.getKey(), Choice.of(where, several(e.getValue()))));
                if (!rows.isEmpty() && !row.keySet().equals(rows.getFirst().keySet()))
                    throw new BehaviourException(where + ": the first row has the columns "
                            + rows.getFirst().keySet() + ", another has " + row.keySet());
                rows.add(row);
            }
            return new Table(List.copyOf(rows));
        }

        private static JsonNode several(JsonNode node) {
            return node.isArray() ? node : JsonNodeFactory.instance.arrayNode().add(node);
        }
    }

    private Grammar() {}

    /** The grammar under {@code grammar} of a file; may be absent. */
    public static Grammar of(String resource, JsonNode file) {
        var grammar = new Grammar();
        file.path("grammar").properties().forEach(e -> {
            String where = resource + ": grammar." + e.getKey();
            JsonNode first = e.getValue().path(0);
            if (first.isObject() && !first.has("t")) {
                grammar.tables.put(e.getKey(), Table.of(where, e.getValue()));
                return;
            }
            Choice choice = Choice.of(where, e.getValue());
            if (choice.isEmpty()) throw new BehaviourException(where + " has no alternatives");
            grammar.symbols.put(e.getKey(), choice);
        });
        return grammar;
    }

    /**
     * Expands a text.
     *
     * @param bound values of {@code {=symbol}} drawn so far, and of built-in symbols; new draws are added
     */
    public String expand(String text, RandomGenerator random, Map<String, String> bound) {
        return piece(text, random, bound).strip();
    }

    /** The same with the white space at both ends and at the beginnings of lines as it is written: for a piece that is joined to others. */
    public String piece(String text, RandomGenerator random, Map<String, String> bound) {
        return expand(text, random, bound, 0).replaceAll("(?<=\\S) {2,}", " ");
    }

    private String expand(String text, RandomGenerator random, Map<String, String> bound, int depth) {
        if (depth > DEPTH) throw new BehaviourException("the grammar never ends at: " + text);
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && doubled) {
                out.append(c);
                i++;
            } else if (c == '{') {
                int end = text.indexOf('}', i);
                if (end < 0) throw new BehaviourException("a brace is not closed in: " + text);
                out.append(symbol(text.substring(i + 1, end), random, bound, depth));
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private String symbol(String written, RandomGenerator random, Map<String, String> bound, int depth) {
        if (written.startsWith(CODES)) return codes(symbol(written.substring(CODES.length()), random, bound, depth));
        boolean optional = written.endsWith("?");
        boolean once = written.startsWith("=");
        String name = written.substring(once ? 1 : 0, written.length() - (optional ? 1 : 0));
        if (optional && random.nextBoolean()) return "";
        String known = bound.get(name);
        if (known != null && (once || !symbols.containsKey(name) && !isColumn(name))) return known;
        String drawn = expand(draw(name, once, random, bound), random, bound, depth + 1);
        if (once) bound.put(name, drawn);
        return drawn;
    }

    /** The characters of a text as decimal numbers. */
    private static String codes(String text) {
        return text.chars().mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    private boolean isColumn(String name) {
        return tables.containsKey(tableOf(name));
    }

    private static String tableOf(String name) {
        return name.substring(0, Math.max(0, name.indexOf('.')));
    }

    private String draw(String name, boolean once, RandomGenerator random, Map<String, String> bound) {
        Table table = tables.get(tableOf(name));
        if (table != null) return column(table, name, once, random, bound).draw(random);
        Choice choice = symbols.get(name);
        if (choice == null) throw new BehaviourException("the grammar has no symbol {" + name + "}");
        return choice.draw(random);
    }

    /** A column of the row that was drawn for this talk, or of a new one where none was. */
    private static Choice column(
            Table table, String name, boolean once, RandomGenerator random, Map<String, String> bound) {
        String key = "row of " + tableOf(name);
        String row = bound.getOrDefault(
                key, Integer.toString(random.nextInt(table.rows().size())));
        if (once) bound.put(key, row);
        Choice column = table.rows().get(Integer.parseInt(row)).get(name.substring(name.indexOf('.') + 1));
        if (column == null) throw new BehaviourException("the table of {" + name + "} has no such column");
        return column;
    }
}
