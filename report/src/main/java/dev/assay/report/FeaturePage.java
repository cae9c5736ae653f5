package dev.assay.report;

import static dev.assay.report.Markup.escape;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * One self-contained HTML file with a card for each feature of an autoencoder, searchable by the words that it is active
 * on. It follows the reader's light or dark setting. Unlike {@link HtmlReport} it has a script, its own: its policy lets no
 * other run and nothing be loaded. Every text given is taken as untrusted and shown as text.
 *
 * @param facts names with values, in the map's order
 * @param note what {@link Card#note} is, in a word or two; empty where cards have none
 */
public record FeaturePage(String title, String subtitle, Map<String, String> facts, String note, List<Card> cards) {
    private static final int SHADES = 99;

    /**
     * A feature.
     *
     * @param number of the latent
     * @param label in words, or empty
     * @param density share of positions at which it is active
     * @param most its largest activation
     * @param note a number that cards can be sorted by, or 0
     * @param contexts where it is most active, most first
     * @param up tokens that it makes likelier, most first
     * @param down tokens that it makes less likely
     */
    public record Card(
            int number,
            String label,
            double density,
            double most,
            double note,
            List<Context> contexts,
            List<String> up,
            List<String> down,
            List<Neighbour> neighbours) {
        public Card labelled(String other) {
            return new Card(number, other, density, most, note, contexts, up, down, neighbours);
        }
    }

    /** A stretch of text, token by token, with the feature's activation at each; the peak is a token's number. */
    public record Context(List<String> tokens, float[] activations, int peak) {}

    /** Another feature, and the cosine of the directions of the two. */
    public record Neighbour(int number, double cosine) {}

    /** The whole file. */
    public String toHtml() {
        String script = resource("features.js");
        String style = resource("report.css") + resource("features.css");
        return Markup.head(title, "; script-src 'sha256-" + sha256(script) + "'", style)
                + """
                <body>
                <header>
                <h1 dir="auto">%s</h1>
                <p class="subtitle" dir="auto">%s</p>
                </header>
                <dl class="facts">
                %s</dl>
                <div class="find" role="search">
                <input id="query" type="search" placeholder="words it is active on, a label, or #number" aria-label="search"/>
                <select id="order" aria-label="order">
                <option value="number">by number</option>
                <option value="density">most frequent first</option>
                <option value="rare">rarest first</option>
                <option value="activation">strongest first</option>
                %s</select>
                <label><input id="silent" type="checkbox"/> with those never active</label>
                <span id="count" class="count" role="status"></span>
                </div>
                <main id="list"></main>
                <button id="more" class="more" type="button" hidden="hidden">Show more</button>
                <script type="application/json" id="data">%s</script>
                <script>%s</script>
                </body>
                </html>
                """.formatted(
                                escape(title),
                                escape(subtitle),
                                facts.entrySet().stream()
                                        .map(f -> "<div><dt>%s</dt><dd dir=\"auto\">%s</dd></div>\n"
                                                .formatted(escape(f.getKey()), escape(f.getValue())))
                                        .collect(Collectors.joining()),
                                note.isEmpty()
                                        ? ""
                                        : "<option value=\"note\" selected=\"selected\">by %s</option>\n"
                                                .formatted(escape(note)),
                                json(),
                                script);
    }

    /** The cards, with each token's text held once. */
    private String json() {
        Map<String, Integer> tokens = new LinkedHashMap<>();
        String all = cards.stream().map(c -> card(c, tokens)).collect(Collectors.joining(",\n"));
        String table = tokens.keySet().stream().map(FeaturePage::quoted).collect(Collectors.joining(","));
        return "{\"note\":" + quoted(note) + ",\"tokens\":[" + table + "],\n\"cards\":[" + all + "]}";
    }

    private static String card(Card c, Map<String, Integer> tokens) {
        return "[" + c.number + "," + quoted(c.label) + "," + number(c.density) + "," + number(c.most) + ","
                + c.neighbours.stream()
                        .map(n -> "[" + n.number + "," + number(n.cosine) + "]")
                        .collect(Collectors.joining(",", "[", "]"))
                + "," + ids(c.up, tokens) + "," + ids(c.down, tokens) + "," + number(c.note) + ","
                + c.contexts.stream().map(x -> context(x, tokens)).collect(Collectors.joining(",", "[", "]")) + "]";
    }

    private static String context(Context c, Map<String, Integer> tokens) {
        float peak = c.activations[c.peak];
        List<String> weights = new ArrayList<>();
        for (float a : c.activations) {
            int shade = peak > 0 ? Math.round(SHADES * Math.max(0, a) / peak) : 0;
            weights.add(Integer.toString(a > 0 ? Math.max(1, shade) : 0));
        }
        return "[" + c.peak + "," + number(peak) + "," + ids(c.tokens, tokens) + ",[" + String.join(",", weights)
                + "]]";
    }

    private static String ids(List<String> texts, Map<String, Integer> tokens) {
        return texts.stream()
                .map(t -> {
                    Integer known = tokens.putIfAbsent(t, tokens.size());
                    return Integer.toString(known == null ? tokens.size() - 1 : known);
                })
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) return "0";
        String text = String.format(Locale.ROOT, "%.4g", value);
        return value == 0 ? "0" : text;
    }

    /** A JSON string that neither ends a script element nor begins markup. */
    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            boolean plain =
                    c >= 0x20 && c < 0x7f && "\"\\<>&'".indexOf(c) < 0 || c > 0xa0 && Character.isLetterOrDigit(c);
            if (plain) out.append(c);
            else out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
        return out.append('"').toString();
    }

    private static String sha256(String script) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (var in = FeaturePage.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name + " is missing from the jar: build module report again")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be read from the jar", e);
        }
    }
}
