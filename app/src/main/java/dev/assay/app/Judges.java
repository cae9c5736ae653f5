package dev.assay.app;

import dev.assay.chat.Chat;
import dev.assay.chat.Embedder;
import dev.assay.chat.Role;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.organism.Behaviour;
import dev.assay.organism.EmbeddingScorer;
import dev.assay.organism.Judge;
import dev.assay.organism.ModelScorer;
import dev.assay.organism.Progress;
import dev.assay.smollm2.SmolLm2;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges of a kind: by the behaviour's rules; by the vectors of the embedded model; or by a model that plays the role
 * {@code judge} of a roles' file. Each is made once.
 */
final class Judges implements AutoCloseable {
    static final String RULES = "rules";
    static final String KINDS = "rules (default), embedding, or model (role judge of --roles)";

    private final String kind;
    private final Progress progress;
    private final Roles roles;
    private final Journal journal;
    private final Optional<Embedder> embedder;
    private final Optional<Chat> model;
    private final Map<String, Judge> made = new HashMap<>();

    /** @param file roles' file, for kind {@code model} */
    Judges(Home home, String kind, Optional<Path> file, Progress progress) {
        if (!List.of("rules", "embedding", "model").contains(kind))
            throw new UserException("there are no judges by " + kind + ": give " + KINDS);
        if (kind.equals("model") && file.isEmpty()) throw new UserException("judges by a model need --roles FILE");
        this.kind = kind;
        this.progress = progress;
        this.roles = file.map(f -> Roles.read(f, new LocalModels()))
                .orElseGet(() -> Roles.of(List.of(Role.of("judge", "local", Base.EMBEDDED)), new LocalModels()));
        this.journal = Journal.open(home.cache().resolve("judges"), Manifest.ofCache("judges"));
        var memo = new Memo(journal);
        this.embedder = kind.equals("embedding") ? Optional.of(roles.embedder("judge", memo)) : Optional.empty();
        this.model = kind.equals("model") ? Optional.of(roles.chat("judge", memo)) : Optional.empty();
    }

    Judge of(Behaviour behaviour) {
        return made.computeIfAbsent(behaviour.name(), n -> make(behaviour));
    }

    private Judge make(Behaviour behaviour) {
        return embedder.map(e -> Judge.of(behaviour, new EmbeddingScorer(behaviour, e, SmolLm2.SHA256)))
                .or(() -> model.map(m -> Judge.of(behaviour, new ModelScorer(behaviour, m, progress))))
                .orElseGet(() -> Judge.of(behaviour));
    }

    String kind() {
        return kind;
    }

    @Override
    public void close() {
        roles.close();
        journal.close();
    }
}
