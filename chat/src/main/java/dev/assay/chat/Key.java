package dev.assay.chat;

import java.util.Optional;
import java.util.function.Function;

/** The key to a provider, from the environment. It is shown nowhere. */
final class Key {
    /** No key: for servers that want none. */
    static final Key NONE = new Key("", "");

    private static final int SHORTEST = 8;

    private final String variable;
    private final String secret;

    private Key(String variable, String secret) {
        this.variable = variable;
        this.secret = secret;
    }

    /** {@link ChatException.Configuration} if the variable is not set. */
    static Key of(String role, String variable, Function<String, Optional<String>> environment) {
        String secret = environment.apply(variable).map(String::strip).orElse("");
        if (secret.isEmpty())
            throw new ChatException.Configuration(
                    "role %s: the environment variable %s, which is to hold the key,".formatted(role, variable)
                            + " is not set; set it, or name another one as `key:` of the role");
        if (secret.chars().anyMatch(c -> c <= ' ' || c > '~'))
            throw new ChatException.Configuration(
                    "role %s: the environment variable %s holds a character that no key has".formatted(role, variable)
                            + "; set it anew, without quotes or line breaks");
        return new Key(variable, secret);
    }

    boolean present() {
        return !secret.isEmpty();
    }

    /** For the header of a request, and nothing else. */
    String secret() {
        return secret;
    }

    /** Where it comes from, in words for people. */
    String source() {
        return present() ? "the key in the environment variable " + variable : "no key (name its variable as `key:`)";
    }

    /**
     * A text from which the key is taken out, should a server have repeated it. What servers of one's own are given in
     * place of a key ("none", "EMPTY") is too short to be one, and stays.
     */
    String scrub(String text) {
        return secret.length() >= SHORTEST ? text.replace(secret, "[key]") : text;
    }

    @Override
    public String toString() {
        return present() ? "Key[" + variable + "]" : "Key[]";
    }
}
