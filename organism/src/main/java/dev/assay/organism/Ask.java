package dev.assay.organism;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import java.util.List;

/** One thing that a model is asked to write. */
public sealed interface Ask {
    /** What has been said so far. */
    List<Message> history();

    /** The prompt in tokens. */
    int[] prompt(LanguageModel model);

    /** The assistant's next turn, whose beginning may be given; what is written then goes on from it. */
    record Reply(List<Message> history, String prefill) implements Ask {
        public Reply(List<Message> history) {
            this(history, "");
        }

        @Override
        public int[] prompt(LanguageModel model) {
            return prefill.isEmpty()
                    ? model.template().encode(history, true)
                    : model.template().encodePrefill(history, prefill);
        }
    }

    /** The next turn of the <em>user</em>, written by the model; the history ends with the system or the assistant. */
    record UserTurn(List<Message> history) implements Ask {
        @Override
        public int[] prompt(LanguageModel model) {
            return model.template().encodeUserTurn(history);
        }
    }

    /** How a bare text goes on, outside of any chat format. */
    record Text(String text) implements Ask {
        @Override
        public List<Message> history() {
            return List.of();
        }

        @Override
        public int[] prompt(LanguageModel model) {
            return model.tokenizer().encodeBare(text);
        }
    }
}
