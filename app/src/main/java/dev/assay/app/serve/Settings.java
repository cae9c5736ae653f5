package dev.assay.app.serve;

import dev.assay.lm.Engine;
import java.time.Duration;
import java.util.Optional;

/**
 * How models are served.
 *
 * @param port 0 takes one that is free
 * @param token that clients must show
 * @param maxBody most bytes of a request's body
 * @param queue most texts that wait for the engine, beside those in its batch
 * @param timeout most time for one request, its wait included
 * @param maxTokens longest reply of a request that names no length
 * @param engine of each base model
 */
public record Settings(
        String host,
        int port,
        Optional<String> token,
        int maxBody,
        int queue,
        Duration timeout,
        int maxTokens,
        Engine.Settings engine) {
    public Settings {
        if (maxBody < 1 || queue < 0 || maxTokens < 1 || timeout.isNegative() || timeout.isZero())
            throw new IllegalArgumentException("body, timeout and length must be above 0, the queue 0 or more");
    }

    /** On this machine alone, without a token. */
    public static Settings standard() {
        return new Settings(
                "127.0.0.1",
                8000,
                Optional.empty(),
                4 << 20,
                256,
                Duration.ofMinutes(10),
                1024,
                Engine.Settings.standard().withTexts(64));
    }

    public Settings withPort(int number) {
        return new Settings(host, number, token, maxBody, queue, timeout, maxTokens, engine);
    }

    public Settings withToken(String secret) {
        return new Settings(host, port, Optional.of(secret), maxBody, queue, timeout, maxTokens, engine);
    }

    public Settings withMaxBody(int bytes) {
        return new Settings(host, port, token, bytes, queue, timeout, maxTokens, engine);
    }

    public Settings withQueue(int texts) {
        return new Settings(host, port, token, maxBody, texts, timeout, maxTokens, engine);
    }

    public Settings withTimeout(Duration most) {
        return new Settings(host, port, token, maxBody, queue, most, maxTokens, engine);
    }

    public Settings withEngine(Engine.Settings with) {
        return new Settings(host, port, token, maxBody, queue, timeout, maxTokens, with);
    }
}
