package dev.assay.app.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files of the page itself. There are no others: a name that is not listed is not looked for. */
final class Assets {
    static final String START = "index.html";

    private static final Map<String, String> TYPES = new TreeMap<>(Map.ofEntries(
            Map.entry(START, "text/html; charset=utf-8"),
            Map.entry("view.css", "text/css; charset=utf-8"),
            Map.entry("icon.svg", "image/svg+xml"),
            script("app.js"),
            script("dom.js"),
            script("data.js"),
            script("keys.js"),
            script("charts.js"),
            script("map.js"),
            script("cell.js"),
            script("run.js"),
            script("timeline.js"),
            script("search.js"),
            script("compare.js"),
            script("live.js"),
            script("tokens.js"),
            script("tools.js"),
            script("pointers.js"),
            script("static.js"),
            script("petri.js"),
            script("research.js"),
            script("organisms.js"),
            script("autoencoders.js"),
            script("certificate.js")));

    private Assets() {}

    private static Map.Entry<String, String> script(String name) {
        return Map.entry(name, "text/javascript; charset=utf-8");
    }

    /** Their names. */
    static Iterable<String> names() {
        return TYPES.keySet();
    }

    /** The media type of a file, if it is one of these. */
    static Optional<String> type(String name) {
        return Optional.ofNullable(TYPES.get(name));
    }

    /** The bytes of one of these. */
    static byte[] bytes(String name) {
        if (!TYPES.containsKey(name)) throw new IllegalArgumentException("no file of the page: " + name);
        try (InputStream in = Assets.class.getResourceAsStream("/view/" + name)) {
            if (in == null) throw new IllegalStateException("the page's file " + name + " is missing in the jar");
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the page's file " + name, e);
        }
    }
}
