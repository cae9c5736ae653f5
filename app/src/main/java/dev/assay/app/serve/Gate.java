package dev.assay.app.serve;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who may come in. */
final class Gate {
    static final String HEALTH = "/health";
    private static final String BEARER = "bearer ";
    private static final Pattern HERE = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private final Optional<byte[]> token;
    private volatile boolean draining;

    Gate(Optional<String> token) {
        this.token = token.map(Gate::hash);
    }

    /** From now on nobody new. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    /** Throws a {@link Refusal} unless a request may come in. */
    void check(Context context) {
        if (context.path().equals(HEALTH)) return;
        if (token.isPresent()) checkToken(context, token.get());
        else checkHost(context);
        if (draining) throw Refusal.draining();
    }

    private static void checkToken(Context context, byte[] wanted) {
        String given = Optional.ofNullable(context.header("Authorization")).orElse("");
        boolean bearer = given.regionMatches(true, 0, BEARER, 0, BEARER.length());
        byte[] shown = hash(bearer ? given.substring(BEARER.length()).strip() : "");
        if (!MessageDigest.isEqual(wanted, shown)) throw Refusal.unauthorized();
    }

    /** Without a token the server is for this machine: a page that gave its own name this address does not get in. */
    private static void checkHost(Context context) {
        String host = Optional.ofNullable(context.header("Host")).orElse("");
        if (!HERE.matcher(host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT))
                .matches())
            throw Refusal.forbidden("without a token this server answers to localhost, 127.0.0.1 and [::1] alone");
    }

    /** So that a comparison takes the same time whatever is shown. */
    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
