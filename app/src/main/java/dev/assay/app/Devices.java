package dev.assay.app;

import dev.assay.lm.Arithmetic;
import dev.assay.lm.LanguageModel;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where this run of the program computes language models: what {@code --device} says. */
final class Devices {
    private static final String PROPERTY = "assay.device";
    private static final String ARITHMETIC = "assay.arithmetic";
    static final String AUTO = "auto";

    private Devices() {}

    /** Chooses for this run; {@link dev.assay.tensor.TensorException} if a device is not there. */
    static void choose(String text) {
        if (!text.equals(AUTO)) Device.choose(text);
        System.setProperty(PROPERTY, text);
    }

    /** Chooses how texts are written on the processor; {@link UserException} if it can't do that. */
    static void choose(Arithmetic arithmetic) {
        if (arithmetic == Arithmetic.FAST)
            throw new IllegalArgumentException("fast replies depend on what is written beside them");
        if (arithmetic == Arithmetic.BF16 && !Arithmetic.hasBf16())
            throw new UserException("--arithmetic bf16: this processor has no products in bf16 (assay info says what it"
                    + " has); leave the option out");
        System.setProperty(ARITHMETIC, arithmetic.name());
    }

    private static Arithmetic arithmetic() {
        return Arithmetic.valueOf(System.getProperty(ARITHMETIC, Arithmetic.EXACT.name()));
    }

    static List<Device> chosen() {
        return Device.choose(System.getProperty(PROPERTY, AUTO));
    }

    /** Loads a model: on the processor in an element type, on GPUs in the one that is fastest there. */
    static LanguageModel load(Path path, DType onProcessor) {
        List<Device> devices = chosen();
        Device first = devices.getFirst();
        return LanguageModel.load(path, first.isCpu() ? onProcessor : first.fastestType(), devices)
                .writingIn(arithmetic());
    }

    /** Loads a model in this element type, wherever. */
    static LanguageModel loadAs(Path path, DType type) {
        return LanguageModel.load(path, type, chosen()).writingIn(arithmetic());
    }

    /**
     * What tells a model's replies from those that were computed otherwise: they are remembered under it. On GPUs numbers are
     * rounded otherwise than on the processor, and there in bf16 otherwise than exactly.
     *
     * @param contents of what it is computed from
     */
    static String identity(String contents) {
        Device first = chosen().getFirst();
        if (first.isCpu()) return arithmetic() == Arithmetic.EXACT ? contents : contents + "-bf16";
        return contents + "-" + first.kind().name().toLowerCase(Locale.ROOT);
    }
}
