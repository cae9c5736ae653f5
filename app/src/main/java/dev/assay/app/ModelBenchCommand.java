package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.lm.ModelBench;
import dev.assay.tensor.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "bench",
        description = {
            "Times the model on this machine, in tokens per second.",
            "decode: texts of 48 tokens after 16, greedy, by how many are written at once; exact: the same in the exact"
                    + " mode; prefill: one prompt of 512; shared-prefix: 256 texts of 48 tokens after 400 in common and"
                    + " 20 of their own, their prompts counted in the time; lora: one step of training, rank 16, 8 texts"
                    + " of 128, in bf16 where the processor has it; diverged: share of 32 texts in which the fast mode"
                    + " leaves the exact one within 64 tokens; kl: mean divergence of the fast mode from the exact one,"
                    + " in nats over 2,000 tokens. What is not called exact is timed in the fast mode."
        })
final class ModelBenchCommand implements Callable<Integer> {
    @Mixin
    ModelOptions what = new ModelOptions();

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,8,32",
            description = "how many texts at once (default: ${DEFAULT-VALUE})")
    List<Integer> batches = List.of();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "decode, exact, prefill, shared-prefix, lora, diverged (default: all)")
    List<String> only = List.of();

    @Option(names = "--threads", paramLabel = "N", description = "default: all processors")
    int threads = Device.processors();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        for (String part : only)
            if (!ModelBench.PARTS.contains(part))
                throw new UserException(
                        "--only takes " + String.join(", ", ModelBench.PARTS) + "; \"" + part + "\" is none");
        long began = System.nanoTime();
        var model = what.load();
        double load = (System.nanoTime() - began) / 1e9;
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", model.name());
        facts.put("load-seconds", load);
        var bench = new ModelBench(
                model,
                type -> Devices.loadAs(what.path(), type),
                threads,
                part -> System.err.println("assay: timing " + part));
        facts.putAll(bench.run(only.isEmpty() ? ModelBench.PARTS : only, batches));
        WorldCommand.print(facts, json);
        return 0;
    }
}
