package example;

import dev.assay.chat.Answer;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Feature;
import dev.assay.chat.Provider;
import dev.assay.chat.ProviderFactory;
import dev.assay.chat.Role;
import dev.assay.chat.Turn;
import dev.assay.chat.Usage;
import java.util.List;
import java.util.Set;

/** A provider: says again what it was told. Yours would ask a server. */
public final class Parrot implements ProviderFactory {
    @Override
    public String name() {
        return "parrot";
    }

    @Override
    public Provider open(Role role) {
        return new Provider() {
            @Override
            public String name() {
                return "the parrot " + role.model();
            }

            @Override
            public String id() {
                return "parrot " + role.model();
            }

            @Override
            public Set<Feature> can() {
                return Set.of(Feature.CHAT);
            }

            @Override
            public Answer answer(ChatRequest request, long seed) {
                Turn last = request.prompt().talk().getLast();
                String text = last instanceof Turn.Said said ? said.message().content() : "";
                return new Answer(
                        text, List.of(), Answer.Finish.STOP, new Usage(text.length(), text.length()), role.model(), List.of());
            }

            @Override
            public void close() {}
        };
    }
}
