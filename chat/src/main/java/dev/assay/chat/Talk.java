package dev.assay.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * The conversation with a model that calls functions. Where it grows too long, the oldest results are left out, half of the length at a
 * time, so that what is sent again begins with the same words for many turns.
 */
public final class Talk {
    private final List<Turn> turns = new ArrayList<>();
    private final int most;
    private int length;
    /** Before it every result has been left out. */
    private int whole;

    /** @param most characters */
    public Talk(int most) {
        this.most = most;
    }

    public void add(Turn turn) {
        turns.add(turn);
        length += length(turn);
        if (length > most) shorten();
    }

    /** What is sent. */
    public List<Turn> turns() {
        return List.copyOf(turns);
    }

    /** Leaves results out until half of the length is reached; the latest ones stay, they were not read yet. */
    private void shorten() {
        int latest = turns.size();
        while (latest > 0 && turns.get(latest - 1) instanceof Turn.Returned) latest--;
        for (; whole < latest && length > most / 2; whole++)
            if (turns.get(whole) instanceof Turn.Returned returned) {
                String stub = Envelope.leftOut(returned.result().length());
                if (stub.length() >= returned.result().length()) continue;
                turns.set(whole, new Turn.Returned(returned.call(), stub));
                length += stub.length() - returned.result().length();
            }
    }

    private static int length(Turn turn) {
        return switch (turn) {
            case Turn.Said said -> said.message().content().length();
            case Turn.Called called ->
                called.content().length()
                        + called.calls().stream()
                                .mapToInt(c -> c.arguments().length())
                                .sum();
            case Turn.Returned returned -> returned.result().length();
        };
    }
}
