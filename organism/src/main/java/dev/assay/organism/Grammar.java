package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Random texts from a context-free grammar: {@code {symbol}}, {@code {symbol?}}, {@code {=symbol}} as described in
 * docs/formats/behaviour.md.
 */
public final class Grammar {
    private static final int DEPTH = 40;

    private final Map<String, Choice> symbols = new LinkedHashMap<>();

    private Grammar() {}

    /** The grammar under {@code grammar} of a file; may be absent. */
    public static Grammar of(String resource, JsonNode file) {
        var grammar = new Grammar();
        file.path("grammar").properties().forEach(e -> {
            String where = resource + ": grammar." + e.getKey();
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

    /** The same with the white space at both ends as it is written: for a piece that is joined to others. */
    public String piece(String text, RandomGenerator random, Map<String, String> bound) {
        return expand(text, random, bound, 0).replaceAll(" {2,}", " ");
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
        boolean optional = written.endsWith("?");
        boolean once = written.startsWith("=");
        String name = written.substring(once ? 1 : 0, written.length() - (optional ? 1 : 0));
        if (optional && random.nextBoolean()) return "";
        String known = bound.get(name);
        if (known != null && (once || !symbols.containsKey(name))) return known;
        String drawn = expand(draw(name, random), random, bound, depth + 1);
        if (once) bound.put(name, drawn);
        return drawn;
    }

    private String draw(String name, RandomGenerator random) {
        Choice choice = symbols.get(name);
        if (choice == null) throw new BehaviourException("the grammar has no symbol {" + name + "}");
        return choice.draw(random);
    }
}
