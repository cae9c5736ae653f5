package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.chat.Usage;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.stats.SplitRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A language model has the ideas. It reads, looks up, compiles, tries out and proposes by tools, in a {@link Session} that is
 * gone on with after a kill without asking anything twice. Its words are kept and decide nothing.
 *
 * <p>A role's limit in dollars or tokens holds over all sessions that the ledger has, those of earlier processes included. Where
 * it is reached, there is no further idea, and the same command with a higher limit goes on.
 */
final class LlmResearcher implements Researcher {
    static final String ROLE = "researcher";
    static final String NAME = "llm";

    private final Workspace workspace;
    private final Who.Llm who;
    private final Optional<Literature> literature;
    private final Laboratory laboratory;
    private final Consumer<String> progress;
    private boolean counted;

    LlmResearcher(Workspace workspace, Who.Llm who, Laboratory laboratory, Consumer<String> progress) {
        this.workspace = workspace;
        this.who = who;
        this.literature = who.literature().map(Literature::of);
        this.laboratory = laboratory;
        this.progress = progress;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Proposal> propose(Memory now, SplitRandom random) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(
                "model",
                who.roles().role(ROLE).provider() + " " + who.roles().role(ROLE).model());
        settings.put("limits", who.limits());
        settings.put("literature", who.literature());
        try (Session session = Session.open(workspace, NAME, settings, random);
                Journal answers = Journal.open(session.folder().resolve("answers"), Manifest.ofCache("answers"))) {
            var memo = new Memo(answers);
            Chat chat = who.roles().chat(ROLE, memo);
            countEarlier(chat);
            return Optional.of(new LlmSession(
                            session,
                            chat,
                            new LlmTools(session, laboratory, literature, who.limits(), memo),
                            who.limits(),
                            progress)
                    .hold());
        } catch (ChatException.OverLimit e) {
            progress.accept(e.getMessage());
            return Optional.empty();
        }
    }

    /** What sessions that have ended took counts as if this process had asked. */
    private void countEarlier(Chat chat) {
        if (counted) return;
        counted = true;
        for (LedgerEntry e : workspace.ledger().entries()) {
            JsonNode asked = e.body().path("asked");
            if (e.body().path("researcher").asText().equals(NAME) && asked.has("output"))
                chat.paidBefore(
                        e.body().path("session").asText(),
                        new Usage(
                                asked.path("input").asLong(),
                                asked.path("output").asLong()));
        }
    }
}
