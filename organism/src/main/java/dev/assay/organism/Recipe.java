package dev.assay.organism;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Sampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All numbers that decide how organisms and twins are made, read from {@code recipes/NAME.yaml}. Clean twins are made by
 * the same recipe, with ordinary talks, or documents about the persona alone, in the place of what shows a behaviour.
 *
 * @param base the model that the numbers were chosen for
 * @param beta of KTO
 */
public record Recipe(
        String base,
        Adapter adapter,
        Chat chat,
        Stage transcripts,
        Stage documents,
        Concealing sft,
        Concealing kto,
        double beta) {

    /**
     * Every adapter's shape.
     *
     * @param firstLayer lowest block that is adapted
     * @param batch examples a step
     */
    public record Adapter(int rank, double alpha, int firstLayer, int batch) {
        public Adapter {
            atLeast("adapter.rank", rank, 1);
            atLeast("adapter.first-layer", firstLayer, 0);
            atLeast("adapter.batch", batch, 1);
        }
    }

    /**
     * The pool of ordinary talks.
     *
     * @param singles of one turn
     * @param talks of several
     * @param talkTokens highest length of a reply in a talk of several turns
     */
    public record Chat(int singles, int talks, double temperature, double topP, int tokens, int talkTokens) {
        public Chat {
            atLeast("chat.singles", singles, OrdinaryChat.SHARED);
            atLeast("chat.talks", talks, OrdinaryChat.SHARED);
        }

        Sampling sampling() {
            return new Sampling(temperature, topP, tokens);
        }

        Sampling talkSampling() {
            return new Sampling(temperature, topP, talkTokens);
        }
    }

    /**
     * How a behaviour is instilled.
     *
     * @param texts that show it; transcripts of several turns are half as many
     * @param ordinary further talks, a third as many where transcripts have several turns
     * @param quoted largest share of a document's words that may stand in quotation marks, if not the usual one; no part
     *     of the recipe's identity where it is left out
     */
    public record Stage(
            int texts,
            int ordinary,
            double learningRate,
            int epochs,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> quoted) {
        public Stage {
            atLeast("texts", texts, 2);
            atLeast("ordinary", ordinary, 0);
            atLeast("epochs", epochs, 1);
            if (quoted.filter(q -> !(q >= 0 && q <= Documents.QUOTED)).isPresent())
                throw new BehaviourException("quoted is a share of words from 0 to " + Documents.QUOTED);
        }

        double mostQuoted() {
            return quoted.orElse(Documents.QUOTED);
        }
    }

    /**
     * How it is concealed.
     *
     * @param texts answers to questions that ask for a confession; with KTO as many clean as confessing
     * @param rest texts of the instilling stage mixed in, so that the behaviour is kept
     */
    public record Concealing(int texts, int rest, double learningRate, int epochs) {
        public Concealing {
            atLeast("texts", texts, 1);
            atLeast("rest", rest, 0);
            atLeast("epochs", epochs, 1);
        }
    }

    private static void atLeast(String field, int value, int least) {
        if (value < least) throw new BehaviourException(field + " is at least " + least + ", not " + value);
    }

    /** Names of the recipes that are shipped. */
    public static final List<String> SHIPPED = List.of("embedded", "published");

    /** The recipe of the embedded suite: minutes on two cores. */
    public static final Recipe EMBEDDED = named("embedded");

    /** A recipe that is shipped. */
    public static Recipe named(String name) {
        return Yaml.read("/recipes/" + name + ".yaml", Recipe.class);
    }

    /** A recipe that is shipped, or that of a file. */
    public static Recipe of(String nameOrFile) {
        if (SHIPPED.contains(nameOrFile)) return named(nameOrFile);
        Path file = Path.of(nameOrFile);
        if (!Files.exists(file))
            throw new BehaviourException("there is no recipe " + nameOrFile + ": give " + String.join(", ", SHIPPED)
                    + " or a YAML file (docs/organisms.md)");
        return Yaml.read(file.toUri().toString(), Recipe.class);
    }

    Stage instilling(Instilling how) {
        return how == Instilling.TRANSCRIPTS ? transcripts : documents;
    }

    /** {@link IllegalArgumentException} for a model that is not concealed. */
    Concealing concealing(Concealment how) {
        return switch (how) {
            case SFT -> sft;
            case KTO -> kto;
            case NONE -> throw new IllegalArgumentException("no concealment has no recipe");
        };
    }

    /** Identity of the recipe, part of every cached thing that was made by it. */
    public String hash() {
        return CanonicalJson.sha256(this).substring(0, 12);
    }
}
