package dev.assay.chat;

import dev.assay.lm.Message.Role;
import java.util.List;

/** What a model is to go on from. */
public sealed interface Prompt {

    /** The assistant's next message is wanted; the conversation ends with a user's turn or a tool's result. */
    record Reply(List<Turn> turns) implements Prompt {
        public Reply {
            turns = List.copyOf(turns);
            if (turns.isEmpty() || turns.getLast().role() == Role.ASSISTANT)
                throw new IllegalArgumentException("a reply follows a user's turn; to go on from the words of an"
                        + " assistant use Prompt.Prefill, to let the model speak for the user Prompt.UserTurn");
        }
    }

    /** The assistant's next message is wanted, which begins with these words; the answer has what follows them. */
    record Prefill(List<Turn> turns, String prefill) implements Prompt {
        public Prefill {
            turns = new Reply(turns).turns();
            if (prefill.isEmpty()) throw new IllegalArgumentException("a prefill needs at least one character");
        }
    }

    /** The user's next message is wanted; the conversation is empty or ends with a system or assistant turn. */
    record UserTurn(List<Turn> turns) implements Prompt {
        public UserTurn {
            turns = List.copyOf(turns);
            if (!turns.isEmpty() && turns.getLast().role() == Role.USER)
                throw new IllegalArgumentException("a user's turn follows a system or assistant turn");
        }
    }

    /** A bare text is to be continued, outside of any chat format. */
    record Text(String text) implements Prompt {
        public Text {
            if (text.isEmpty()) throw new IllegalArgumentException("a text to be continued needs a character");
        }
    }

    /** The conversation so far; none before a bare text. */
    default List<Turn> talk() {
        return switch (this) {
            case Reply reply -> reply.turns();
            case Prefill prefill -> prefill.turns();
            case UserTurn user -> user.turns();
            case Text text -> List.of();
        };
    }
}
