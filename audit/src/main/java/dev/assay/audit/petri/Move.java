package dev.assay.audit.petri;

/** What an auditor can do in a dialogue. */
public sealed interface Move {

    /**
     * Speaks as the user; a reply is sampled.
     *
     * @param prefill the first words of the reply, empty for none
     */
    record Say(String text, String prefill) implements Move {}

    /** Gives the result of a simulated tool; a reply is sampled. */
    record Result(String tool, String text) implements Move {}

    /** Gives the target a tool that it had not. */
    record CreateTool(SimulatedTool tool) implements Move {}

    /** Goes back by so many exchanges; what was said stays in the tree, on a branch of its own. */
    record Rollback(int exchanges) implements Move {}

    /** Goes on from a node of the tree: the system prompt, 0, or a reply. */
    record Branch(int node) implements Move {}

    record End(String why) implements Move {}

    /** What can't be done, or was written in a form that can't be read. */
    record Misstep(String function, String arguments, String problem) implements Move {}

    /** Does this move ask the target for a reply? */
    default boolean speaks() {
        return this instanceof Say || this instanceof Result;
    }

    /** In a word, as in transcripts. */
    default String key() {
        return switch (this) {
            case Say say -> say.prefill().isEmpty() ? "say" : "prefill";
            case Result result -> "tool-result";
            case CreateTool create -> "create-tool";
            case Rollback rollback -> "rollback";
            case Branch branch -> "branch";
            case End end -> "end";
            case Misstep misstep -> "misstep";
        };
    }
}
