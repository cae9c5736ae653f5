package dev.assay.app.view;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who may ask, and what a browser may do with the answer. A page of somebody else's whose name was made to point here (DNS
 * rebinding) asks under that name: only names of this machine and addresses in digits are answered.
 */
final class Guard {
    /** Scripts and styles come from files alone; nothing is loaded from elsewhere, framed, or sent anywhere. */
    static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cache-Control", "no-cache");

    /** Of a report that brings scripts of its own: it runs as a page from nowhere, which can ask for nothing. */
    static final String SANDBOX =
            "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

    private static final Pattern DIGITS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+]");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    private final Set<String> names;

    /** @param host that the server is bound to */
    Guard(String host) {
        this.names = Stream.of("localhost", host)
                .map(n -> n.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a request for that host is answered. */
    boolean allows(Optional<String> host) {
        if (host.isEmpty()) return false;
        String name = PORT.matcher(host.get().toLowerCase(Locale.ROOT)).replaceFirst("");
        return names.contains(name) || DIGITS.matcher(name).matches();
    }
}
