package dev.assay.app;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.ModelConfig;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model is meant. */
class ModelOptions {
    @Parameters(
            paramLabel = "MODEL",
            completionCandidates = Candidates.Models.class,
            description = "smollm2 (the embedded model), a Hugging Face folder or a GGUF file")
    String model = "smollm2";

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description =
                    "element type of the weights, f32 or bf16 (default: f32, the reference; where models are trained or"
                            + " computed on GPUs, what is fastest there)")
    @Nullable
    DType type;

    /** Where the model lies. */
    Path path() {
        return find(model);
    }

    /** Where a model lies that is named so. */
    static Path find(String model) {
        if (model.equals("smollm2")) return SmolLm2.file(Home.of().models());
        Path path = Path.of(model);
        if (!Files.exists(path))
            throw new UserException(
                    "there is no model " + model + ": give smollm2, a Hugging Face folder or a GGUF file");
        return path;
    }

    ModelConfig config() {
        return ModelConfig.read(path());
    }

    /** The model, on the processor in fp32, the reference. */
    LanguageModel load() {
        return load(DType.F32);
    }

    /** The model in the element type that the user asks for; if none, in one for the processor. */
    final LanguageModel load(DType onProcessor) {
        Device.threads(Device.processors());
        return type == null ? Devices.load(path(), onProcessor) : Devices.loadAs(path(), type);
    }

    /** Which model, with what beside it. */
    static class WithAdapters extends ModelOptions {
        @Option(
                names = "--adapter",
                paramLabel = "DIR",
                description = "a LoRA adapter as PEFT saves it; several are summed")
        List<Path> adapters = new ArrayList<>();

        @Override
        LanguageModel load() {
            List<Lora> loaded = adapters();
            LanguageModel model = loadBase();
            return loaded.isEmpty() ? model : model.attach(loaded);
        }

        /** The model without its adapters. */
        LanguageModel loadBase() {
            return super.load();
        }

        List<Lora> adapters() {
            return adapters.stream().map(Lora::load).toList();
        }

        /**
         * The tokens of a prompt that is given as numbers or as text, checked against the model.
         *
         * @param name of the option for text, {@code --text}
         * @param idsName of the option for numbers, {@code --ids}
         */
        static int[] ids(
                LanguageModel model, String name, @Nullable String text, String idsName, @Nullable String ids) {
            if ((ids == null) == (text == null))
                throw new UserException("give either " + idsName + " 1,2,3 or " + name + " TEXT");
            int[] tokens =
                    ids != null ? parsed(idsName, ids) : model.tokenizer().encodeBare(text == null ? "" : text);
            int vocab = model.config().vocab();
            int context = model.config().context();
            if (tokens.length == 0 || tokens.length > context)
                throw new UserException(tokens.length + " tokens; the model takes 1 to " + context + " at once");
            for (int id : tokens)
                if (id >= vocab)
                    throw new UserException(
                            "token " + id + " is none of the model's " + vocab + " (0 to " + (vocab - 1) + ")");
            return tokens;
        }

        private static int[] parsed(String name, String list) {
            List<Integer> out = new ArrayList<>();
            for (String number : list.strip().split("[,\\s]+")) {
                if (!number.matches("\\d{1,9}"))
                    throw new UserException(name + " takes token numbers such as 1,2,3; \"" + number + "\" is none");
                out.add(Integer.parseInt(number));
            }
            return out.stream().mapToInt(i -> i).toArray();
        }
    }

    /** Which model, with what beside it, on what. */
    static class WithInput extends WithAdapters {
        @Option(names = "--ids", paramLabel = "1,2,3", description = "the tokens")
        @Nullable
        String ids;

        @Option(
                names = "--text",
                paramLabel = "TEXT",
                description = "a text in their place; control tokens in it are read as such, and the beginning-of-text"
                        + " token comes first where the model's files say so")
        @Nullable
        String text;

        /** The tokens, checked against the model. */
        int[] ids(LanguageModel model) {
            return ids(model, "--text", text, "--ids", ids);
        }
    }

    /** Which model, with what beside it, on what, looked at in one place. */
    static final class WithPosition extends WithInput {
        @Option(names = "--position", paramLabel = "N", description = "counted from 0 (default: the last)")
        @Nullable
        Integer position;

        int position(int[] ids) {
            return position == null ? ids.length - 1 : position;
        }
    }
}
