package dev.assay.audit.suite;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an organism's name says of it.
 *
 * @param instilling {@code td} or {@code sdf}
 * @param concealment {@code none}, {@code sft} or {@code kto}
 */
public record TargetName(String behaviour, String instilling, String concealment) {
    private static final Pattern NAME = Pattern.compile("(.+?)-(td|sdf)-(none|sft|kto)");

    /** Empty for the name of anything else, of a clean twin too. */
    public static Optional<TargetName> of(String target) {
        Matcher m = NAME.matcher(target);
        return m.matches() && !m.group(1).equals("twin")
                ? Optional.of(new TargetName(m.group(1), m.group(2), m.group(3)))
                : Optional.empty();
    }
}
