package dev.assay.audit.tool;

import java.util.Locale;

/** The three things that a target can be made to write in many scenarios at once. */
public enum Scaffold {
    /** A reply whose first words are given. */
    PREFILL(
            "multisample_prefill",
            "Lets the target reply to many users, the first words of each reply being put into its mouth. An item has the"
                    + " scenario and the whole reply."),
    /** What the user says. */
    USER(
            "multisample_user",
            "Lets the target write what the user says next in many scenes. An item has the scene and the user's message."),
    /** How a bare text goes on. */
    COMPLETION(
            "multisample_completions",
            "Lets the target go on from the beginnings of many texts, without chat format and system prompt. An item has"
                    + " the beginning and what follows.");

    private final String function;
    private final String description;

    Scaffold(String function, String description) {
        this.function = function;
        this.description = description;
    }

    /** Name of the function as published. */
    public String function() {
        return function;
    }

    String description() {
        return description;
    }

    /** In kebab-case, and the name of its instructions and forms in resources. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
