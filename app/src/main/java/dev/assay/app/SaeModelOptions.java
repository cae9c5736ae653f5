package dev.assay.app;

import dev.assay.lm.Arithmetic;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.ModelConfig;
import dev.assay.lm.Site;
import dev.assay.sae.model.ModelActivations;
import dev.assay.sae.model.ModelSource;
import dev.assay.sae.model.Pieces;
import dev.assay.sae.model.TextFiles;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model is harvested, where, and from which texts. */
class SaeModelOptions {
    /** Where the residual stream is read unless something else is asked for: at this share of the depth. */
    private static final double DEPTH = 0.625;

    @Option(
            names = "--model",
            completionCandidates = Candidates.Models.class,
            paramLabel = "MODEL",
            description = "in place of a world: smollm2, a Hugging Face folder or a GGUF file")
    @Nullable
    String model;

    @Option(
            names = "--at",
            paramLabel = "SITE",
            description = "where in the model (default: resid_post at 62.5 %% of the depth; of smollm2 resid_post:19)")
    @Nullable
    String at;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "texts: .txt, .jsonl ({\"text\"} or {\"messages\"}), or folders of such; see `assay sae text`")
    List<Path> text = new ArrayList<>();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "a LoRA adapter beside the model; several are summed")
    List<Path> adapters = new ArrayList<>();

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "256",
            description = "texts are cut to so many tokens (default: ${DEFAULT-VALUE})")
    int context = 256;

    @Option(
            names = "--exact",
            description = "computes the model in fp32 throughout: the same numbers on any machine, at a third to half"
                    + " of the speed")
    boolean exact;

    /** Where the model lies. */
    Path path() {
        return options().path();
    }

    ModelOptions options() {
        var options = new ModelOptions();
        options.model = model == null ? "smollm2" : model;
        return options;
    }

    /** What tells the model from others: a hash of the embedded one, else its path. */
    String identity() {
        String name = options().model;
        return Devices.identity(name.equals("smollm2") ? "smollm2-" + SmolLm2.SHA256.substring(0, 12) : name);
    }

    Site site(ModelConfig config) {
        return at != null
                ? Site.matching(at, config).getFirst()
                : Site.of(
                        Site.Kind.RESID_POST, Math.min(config.layers() - 1, (int) Math.round(DEPTH * config.layers())));
    }

    /** The texts, tokenised and cut. */
    Pieces pieces(LanguageModel model) {
        return Pieces.of(TextFiles.tokens(text, model), context);
    }

    /** What reads activations of a model with adapters, with all processors. */
    ModelSource source(LanguageModel model, List<Lora> with, Site site) {
        return new ModelSource(model, with, site, settings(Device.processors()));
    }

    Engine.Settings settings(int threads) {
        return Engine.Settings.standard()
                .withThreads(threads)
                .withArithmetic(exact ? Arithmetic.EXACT : Arithmetic.FAST)
                .withRows(ModelGround.ROWS)
                .withMemory(1L << 30);
    }

    /** With what training asks for besides. */
    static final class ForTraining extends SaeModelOptions {
        @Option(
                names = "--beside",
                paramLabel = "DIR",
                description = "trains a crosscoder: on the model, and on the same with this adapter, side by side")
        @Nullable
        Path beside;

        @Option(
                names = "--buffer",
                paramLabel = "N",
                defaultValue = "" + ModelActivations.BUFFER,
                description = "activations that are shuffled together, held in memory: a multiple of training.batch"
                        + " (default: ${DEFAULT-VALUE})")
        int buffer = ModelActivations.BUFFER;

        @Option(
                names = "--cache",
                paramLabel = "DIR",
                description = "keeps the activations there, 4 bytes a number, for further passes, seeds and recipes")
        @Nullable
        Path cache;

        Optional<ModelGround> ground() {
            if (model == null) {
                if (at != null || !text.isEmpty() || beside != null)
                    throw new UserException("--at, --text and --beside belong to a model: give --model as well");
                return Optional.empty();
            }
            if (text.isEmpty())
                throw new UserException("--model needs texts to read: --text FILES; `assay sae text` makes some");
            return Optional.of(new ModelGround(this));
        }
    }
}
