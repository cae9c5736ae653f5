package dev.assay.testkit;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One answer of a part that is played.
 *
 * @param text what is said; empty for nothing
 * @param calls of tools, in order
 * @param tokens that it is billed for
 */
public record Line(String text, List<Call> calls, int tokens) {
    private static final int SOME = 20;

    /** A call of a tool, with arguments that need not be JSON. */
    public record Call(String tool, String arguments) {}

    public Line {
        calls = List.copyOf(calls);
    }

    /** Says something and calls nothing. */
    public static Line say(String text) {
        return new Line(text, List.of(), SOME);
    }

    /** Calls tools: name and arguments in turn. */
    public static Line call(String... namesAndArguments) {
        List<Call> calls = IntStream.range(0, namesAndArguments.length / 2)
                .mapToObj(i -> new Call(namesAndArguments[2 * i], namesAndArguments[2 * i + 1]))
                .toList();
        return new Line("", calls, SOME);
    }

    /** The same, billed for so many tokens. */
    public Line worth(int written) {
        return new Line(text, calls, written);
    }
}
