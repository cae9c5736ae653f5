package dev.assay.chat;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The header {@code Retry-After}: seconds, or a date (RFC 9110, section 10.2.3). */
final class RetryAfter {
    private RetryAfter() {}

    /** How long to wait; nothing if the header says nothing that can be read. */
    static Optional<Duration> parse(String value, Clock clock) {
        String text = value.strip();
        try {
            if (text.matches("\\d{1,9}(\\.\\d{1,9})?"))
                return Optional.of(Duration.ofMillis(Math.round(1000 * Double.parseDouble(text))));
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(clock.instant(), until);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
