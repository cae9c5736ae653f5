package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A training in a process of its own, to be killed: {@link ResumeTest}. */
final class TrainingProcess {
    private static final TrainingSettings SETTINGS =
            TrainingSettings.of(1e-3, 4, 8, 3).tokensAtOnce(64).checkpointInterval(Duration.ZERO);

    private TrainingProcess() {}

    static void train(Lora adapter, LanguageModel model, Optional<Path> checkpoint, Consumer<TrainingStep> progress) {
        List<TrainingText> data = Tiny.texts(24, 5);
        new Trainer<>(Trainable.adapter(model, adapter), new Sft(), SETTINGS).train(data, checkpoint, progress);
    }

    static Lora adapter(LanguageModel model) {
        return Lora.fresh(model, 4, 8, 7);
    }

    /** Takes the file of the checkpoint, and prints the number of each step. */
    public static void main(String[] args) {
        Device.threads(1);
        LanguageModel model = Tiny.model("llama", DType.F32);
        train(adapter(model), model, Optional.of(Path.of(args[0])), step -> {
            System.out.println(step.done());
            System.out.flush();
        });
    }
}
