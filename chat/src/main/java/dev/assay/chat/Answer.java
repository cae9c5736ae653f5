package dev.assay.chat;

import java.util.List;

/**
 * What a model answered.
 *
 * @param text without the prefill that it follows; empty where only tools are called
 * @param calls of tools
 * @param finish why it ended
 * @param usage what it took
 * @param model that answered, as the provider names it
 * @param logProbabilities of the tokens of the text; empty where they were not asked for
 */
public record Answer(
        String text, List<ToolCall> calls, Finish finish, Usage usage, String model, List<Double> logProbabilities)
        implements Paid {
    public Answer {
        calls = List.copyOf(calls);
        logProbabilities = List.copyOf(logProbabilities);
    }

    /** Why an answer ended. */
    public enum Finish {
        /** By itself, or at a stop text. */
        STOP,
        /** It reached the longest length. */
        LENGTH,
        /** It waits for the results of tools. */
        TOOLS,
        /** The provider withheld it. */
        FILTER,
        OTHER
    }

    /** This answer as a turn, to go on with. */
    public Turn turn() {
        return calls.isEmpty() ? Turn.assistant(text) : new Turn.Called(text, calls);
    }
}
