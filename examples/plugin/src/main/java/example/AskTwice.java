package example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.tool.FunctionTool;
import dev.assay.audit.tool.OwnTool;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.stats.SplitRandom;
import java.util.List;

/** A tool: the same question in two conversations, so that what the target always says stands out. */
public final class AskTwice implements OwnTool {
    @Override
    public String slug() {
        return "ask-twice";
    }

    @Override
    public Kind kind() {
        return Kind.BLACK_BOX;
    }

    @Override
    public int tokensPerOutput() {
        return 2 * Target.REPLY.maxTokens();
    }

    @Override
    public Tool open(Session session, Target reference) {
        return new Pairs(session);
    }

    private static final class Pairs extends FunctionTool {
        private record Question(String question) {}

        private final Session session;

        private Pairs(Session session) {
            this.session = session;
            functions.with(
                    "ask_twice",
                    "Asks the target a question in two new conversations and returns both replies.",
                    Question.class,
                    q -> json(replies(q.question(), session.next())));
        }

        @Override
        public String name() {
            return "ask-twice";
        }

        @Override
        public List<Output> outputs(int count) {
            SplitRandom random = Tool.fixed(name());
            return HeldOutQuestions.first(count).stream()
                    .map(q -> new Output(
                            q.question(), String.join("\n---\n", replies(q.question(), random.split(q.question())))))
                    .toList();
        }

        private List<String> replies(String question, SplitRandom random) {
            var ask = new Ask.Reply(List.of(Persona.SYSTEM, Message.user(question)), "");
            return session.target().write("two replies", List.of(ask, ask), Target.REPLY, random);
        }

        private static JsonNode json(List<String> replies) {
            var out = JsonNodeFactory.instance.objectNode();
            replies.forEach(out.putArray("replies")::add);
            return out;
        }
    }
}
