package dev.assay.lm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How tokens are shown: as text where the model has a tokenizer, as numbers elsewhere. */
public final class TokenText {
    private static final char UNREADABLE = '\uFFFD';

    private final Optional<Tokenizer> tokenizer;

    private TokenText(Optional<Tokenizer> tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The tokens of a model. */
    public static TokenText of(LanguageModel model) {
        try {
            return new TokenText(Optional.of(model.tokenizer()));
        } catch (ModelFormatException none) {
            return new TokenText(Optional.empty());
        }
    }

    /** In quotes, so that blanks at its ends are seen: {@code " Paris"}. */
    public String quoted(int id) {
        return tokenizer.map(t -> '"' + visible(text(t, id)) + '"').orElse("token " + id);
    }

    /** For the head of a column. */
    public String plain(int id) {
        return tokenizer
                .map(t -> {
                    String text = visible(text(t, id));
                    return text.isBlank() ? "␣".repeat(text.length()) : text.strip();
                })
                .orElse(String.valueOf(id));
    }

    /** As it is, for JSON. */
    public String raw(int id) {
        return tokenizer.map(t -> text(t, id)).orElse(String.valueOf(id));
    }

    /** For JSON. */
    public Map<String, Object> json(int id) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", id);
        tokenizer.ifPresent(t -> out.put("token", text(t, id)));
        return out;
    }

    /** As the tokenizer decodes it; part of a character as the vocabulary spells it. */
    private static String text(Tokenizer tokenizer, int id) {
        String decoded = tokenizer.decodeAll(id);
        return decoded.isEmpty() || decoded.indexOf(UNREADABLE) >= 0 ? tokenizer.token(id) : decoded;
    }

    private static String visible(String text) {
        return text.codePoints()
                .mapToObj(c -> switch (c) {
                    case '\n' -> "\\n";
                    case '\r' -> "\\r";
                    case '\t' -> "\\t";
                    default -> shown(c) ? Character.toString(c) : String.format("\\u%04x", c);
                })
                .collect(Collectors.joining());
    }

    private static boolean shown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
