package dev.assay.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.Gguf;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "info",
        footerHeading = "%nExamples:%n",
        footer = {"  assay info", "  assay info --json"},
        description = "Says which model, device, threads and kernels are used here.")
final class InfoCommand implements Callable<Integer> {
    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    @Option(names = "--model", paramLabel = "FILE", description = "a GGUF file (default: the embedded model)")
    @Nullable
    Path model;

    @Override
    public Integer call() throws IOException {
        Home home = Home.of();
        Path file = home.model(Optional.ofNullable(model));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("assay", Assay.VERSION + ", Java " + Runtime.version());
        try (Gguf gguf = Gguf.open(file)) {
            facts.put(
                    "model",
                    gguf.string("general.name", SmolLm2.NAME) + ", "
                            + gguf.tensors().size() + " tensors, " + file);
        }
        if (model == null) facts.put("licence", SmolLm2.LICENSE);
        facts.put("device", Device.describe());
        facts.put("gpus", Device.describeGpus());
        facts.put("precision", "fast mode " + Device.fastest() + "; reference F32");
        facts.put("threads", Device.processors() + " workers with one tensor thread each");
        facts.put("memory", memory());
        facts.put("home", home.folder().toString());
        if (json) System.out.println(new ObjectMapper().writeValueAsString(facts));
        else facts.forEach((k, v) -> System.out.printf("%-10s %s%n", k, v));
        return 0;
    }

    private static String memory() {
        var os = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                "%.1f GiB in the machine, %.1f GiB free, heap up to %.1f GiB",
                os.getTotalMemorySize() / 0x1p30,
                os.getFreeMemorySize() / 0x1p30,
                Runtime.getRuntime().maxMemory() / 0x1p30);
    }
}
