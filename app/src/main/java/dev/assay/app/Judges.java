package dev.assay.app;

import dev.assay.chat.Chat;
import dev.assay.chat.Embedder;
import dev.assay.chat.ResidualEmbedder;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Behaviour;
import dev.assay.organism.EmbeddingScorer;
import dev.assay.organism.Judge;
import dev.assay.organism.Lazy;
import dev.assay.organism.ModelScorer;
import dev.assay.organism.Progress;
import dev.assay.organism.ScorerFactory;
import dev.assay.smollm2.SmolLm2;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Judges of a kind: by the behaviour's rules; by the vectors of the embedded model; or by a model that plays the role
 * {@code judge} of a roles' file. Each is made once.
 */
final class Judges implements AutoCloseable {
    static final String RULES = "rules";
    static final String KINDS = "rules (default), embedding, or model (role judge of --roles)";

    private final String kind;
    private final Function<Behaviour, Judge> maker;
    private final Map<String, Judge> made = new HashMap<>();
    private final List<Runnable> closing = new ArrayList<>();

    /** @param file roles' file, for kind {@code model} */
    Judges(Home home, String kind, Optional<Path> file, Progress progress) {
        this.kind = kind;
        this.maker = switch (kind) {
            case RULES -> Judge::of;
            case "embedding" -> {
                var vectors = new Lazy<>(() -> embedder(home));
                yield b -> Judge.of(b, new EmbeddingScorer(b, vectors.get(), Devices.identity(SmolLm2.SHA256)));
            }
            case "model" -> {
                Chat judge =
                        judge(home, file.orElseThrow(() -> new UserException("judges by a model need --roles FILE")));
                yield b -> Judge.of(b, new ModelScorer(b, judge, progress));
            }
            default -> {
                ScorerFactory own = own(kind);
                yield b -> Judge.of(b, own.scorer(b));
            }
        };
    }

    private static ScorerFactory own(String kind) {
        List<ScorerFactory> all = ScorerFactory.all();
        return all.stream()
                .filter(f -> f.name().equals(kind))
                .findFirst()
                .orElseThrow(() -> new UserException("there are no judges by " + kind + ": give " + KINDS
                        + all.stream().map(f -> ", " + f.name()).collect(Collectors.joining())));
    }

    private static Embedder embedder(Home home) {
        LanguageModel model = home.embedded().get();
        return new ResidualEmbedder(model, model.config().layers() / 2);
    }

    private Chat judge(Home home, Path file) {
        Roles roles = Roles.read(file, new LocalModels());
        closing.add(roles::close);
        Journal journal = Journal.open(home.cache().resolve("judges"), Manifest.ofCache("judges"));
        closing.add(journal::close);
        return roles.chat("judge", new Memo(journal));
    }

    Judge of(Behaviour behaviour) {
        return made.computeIfAbsent(behaviour.name(), n -> maker.apply(behaviour));
    }

    String kind() {
        return kind;
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
    }
}
