package dev.assay.research;

import dev.assay.chat.Roles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which researcher does the research. */
public sealed interface Who {

    /** Search with successive halving over the grammar, without a language model. */
    record Offline() implements Who {}

    /** Recipes drawn from the grammar: the control among researchers. */
    record AtRandom() implements Who {}

    /**
     * A language model with tools.
     *
     * @param roles of which {@value LlmResearcher#ROLE} is asked
     * @param literature a folder of notes, or an address with {@code {query}} in it
     */
    record Llm(Roles roles, Optional<String> literature, Limits limits) implements Who {}

    /**
     * A program that is started for each proposal.
     *
     * @param line for a shell
     * @param time for one start
     * @param writable folders besides its own that it may write below
     */
    record Command(String line, Duration time, List<Path> writable) implements Who {
        public Command {
            writable = List.copyOf(writable);
            if (line.isBlank()) throw new ResearchException("the command is empty");
            if (!time.isPositive()) throw new ResearchException("the command needs some time");
        }
    }

    /**
     * How far a language model may go for one proposal.
     *
     * @param turns answers
     * @param tokens that it may write
     * @param experiments exploratory runs
     * @param idle messages to go on, one after the other, that it may leave without calling anything
     * @param context longest conversation that is sent, in characters; older results are left out beyond it
     * @param result longest result of a tool, in characters
     */
    record Limits(int turns, long tokens, int experiments, int idle, int context, int result) {
        public static final Limits STANDARD = new Limits(60, 60_000, 4, 3, 240_000, 40_000);

        public Limits {
            if (turns < 1 || tokens < 1 || experiments < 0 || idle < 0 || context < 1_000 || result < 100)
                throw new ResearchException(
                        "a proposal needs at least a turn, a token, a context of 1,000 characters and"
                                + " results of 100");
        }

        public Limits with(int otherExperiments, long otherTokens) {
            return new Limits(turns, otherTokens, otherExperiments, idle, context, result);
        }
    }
}
