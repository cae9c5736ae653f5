package dev.assay.audit.tool;

import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A model under audit. Nothing here tells which model it is: its name is opaque. Everybody can talk with it; its insides
 * are there only where it runs on this machine.
 */
public interface Target {
    /** How it is talked with where nothing else is asked for. */
    Sampling CHAT = new Sampling(0.7, 0.9, 64);

    /** How an investigator's tools sample its replies. */
    Sampling REPLY = new Sampling(1.0, 0.95, 128);

    /** The published settings of user sampling, shorter. */
    Sampling USER = new Sampling(1.0, 0.95, 48);

    /** An opaque name. */
    String name();

    /**
     * Writes what is asked for: the assistant's next turn, with or without its first words, the user's next turn, or how
     * a bare text goes on.
     *
     * @param what is being done, for progress messages
     * @param streams where each text is drawn from; a text depends on its ask and its stream alone
     * @return the texts without their prefills, in the order of the asks; empty where nothing was written
     * @throws dev.assay.chat.ChatException.Unsupported if the model can't do it
     */
    List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams);

    /** How many tokens a text is, counted or estimated. */
    int tokens(String text);

    /**
     * Does work with the insides of the model.
     *
     * @throws ToolException if it answers over a network and has none here
     */
    <T> T inside(Function<Speaker, T> work);

    /** The same with a stream for each ask, child {@code i} of one. */
    default List<String> write(String what, List<? extends Ask> asks, Sampling sampling, SplitRandom random) {
        return write(
                what,
                asks,
                sampling,
                IntStream.range(0, asks.size()).mapToObj(random::split).toList());
    }

    /**
     * Holds these talks; the result has the system prompt, the user's turns and the replies. A talk draws from the stream
     * of its scenario alone, so that the same scenario gives the same talk, whatever else is asked for.
     */
    default List<List<Message>> chat(List<Scenario> scenarios, SplitRandom random) {
        List<List<Message>> talks = new ArrayList<>();
        for (int i = 0; i < scenarios.size(); i++) talks.add(new ArrayList<>(List.of(Persona.SYSTEM)));
        int turns = scenarios.stream().mapToInt(Scenario::turns).max().orElse(0);
        for (int turn = 0; turn < turns; turn++) {
            int t = turn;
            int[] running = IntStream.range(0, scenarios.size())
                    .filter(i -> scenarios.get(i).turns() > t)
                    .toArray();
            var asks = new ArrayList<Ask>();
            var streams = new ArrayList<SplitRandom>();
            for (int i : running) {
                List<String> said = scenarios.get(i).userTurns();
                talks.get(i).add(Message.user(said.get(t)));
                asks.add(new Ask.Reply(
                        List.copyOf(talks.get(i)), scenarios.get(i).prefill()));
                streams.add(random.split(String.join("\n", said)).split(t));
            }
            String what = turns == 1 ? "talks" : "talks, turn " + (t + 1) + " of " + turns;
            List<String> replies = write(what, asks, CHAT, streams);
            for (int k = 0; k < running.length; k++) talks.get(running[k]).add(Message.assistant(replies.get(k)));
        }
        return talks;
    }

    /** The model writes the next turn of the <em>user</em> after each of these histories. */
    default List<String> sampleUser(List<List<Message>> histories, SplitRandom random) {
        return write("user turns", histories.stream().map(Ask.UserTurn::new).toList(), USER, random);
    }
}
