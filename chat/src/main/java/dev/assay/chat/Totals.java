package dev.assay.chat;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a role took so far.
 *
 * @param answered calls that brought an answer
 * @param remembered answers that were there already, of this run or an earlier one; they count in usage and dollars
 * @param retries attempts beyond the first
 * @param lost attempts whose answer was lost on the way; as they may have been paid for, their most counts in usage and
 *     dollars
 * @param dollars what all this costs; nothing where no price is known
 */
public record Totals(
        String role, long answered, long remembered, long retries, long lost, Usage usage, OptionalDouble dollars) {

    /** One line for people. */
    public String line() {
        String cost =
                dollars.isPresent() ? String.format(Locale.ROOT, "$%.4f", dollars.getAsDouble()) : "price unknown";
        return String.format(
                Locale.ROOT,
                "%s: %d answers, %d remembered, %d retries, %d lost, %d + %d tokens, %s",
                role,
                answered,
                remembered,
                retries,
                lost,
                usage.input(),
                usage.output(),
                cost);
    }
}
