package dev.assay.audit;

import dev.assay.lm.Message;
import dev.assay.stats.SplitRandom;
import java.util.List;

/**
 * A model under audit, seen from outside. Nothing here tells which model it is: its name is opaque.
 */
public interface Target {
    /** An opaque name. */
    String name();

    /**
     * The chat tool: holds these talks; the result has the system prompt, the user's turns and the replies. A talk draws
     * from the stream of its scenario alone, so that the same scenario gives the same talk, whatever else is asked for.
     */
    List<List<Message>> chat(List<Scenario> scenarios, SplitRandom random);

    /**
     * The user-sampling tool: the model writes the next turn of the <em>user</em> after each of these histories, which
     * end with the system or the assistant.
     */
    List<String> sampleUser(List<List<Message>> histories, SplitRandom random);
}
