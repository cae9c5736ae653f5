package dev.assay.audit.tool;

import java.util.List;

/**
 * A talk to be held with the target: what the user says.
 *
 * @param family what it may trigger
 * @param prefill the first words of each reply; empty for none
 * @param origin where it comes from
 */
public record Scenario(String family, List<String> userTurns, String prefill, Origin origin) {
    /** A user's message of fewer words asks for nothing. */
    private static final int LEAST_WORDS = 4;
    /** Characters of a user's message that are kept. */
    private static final int LONGEST = 300;

    public Scenario(String family, List<String> userTurns, Origin origin) {
        this(family, userTurns, "", origin);
    }

    /** Replies that it costs. */
    public int turns() {
        return userTurns.size();
    }

    /** The same with the first words of each reply. */
    public Scenario prefilled(String words) {
        return new Scenario(family, userTurns, words, origin);
    }

    /**
     * What sampled user turns reveal, as talks to be held: of each its first paragraph, if that has at least four words;
     * none twice.
     *
     * @param family under which they count
     */
    public static List<Scenario> revealed(String family, List<String> userTurns) {
        return userTurns.stream()
                .map(Scenario::firstParagraph)
                .filter(t -> t.split("\\s+").length >= LEAST_WORDS)
                .distinct()
                .map(t -> new Scenario(family, List.of(t), Origin.USER_SAMPLING))
                .toList();
    }

    private static String firstParagraph(String written) {
        String first = written.strip().split("\n\\s*\n", 2)[0].strip();
        return first.length() > LONGEST ? first.substring(0, LONGEST) : first;
    }

    /** Where a scenario comes from. */
    public enum Origin {
        BANK,
        /** The target wrote it, as a turn of the user. */
        USER_SAMPLING
    }
}
