package dev.assay.app;

import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.lm.Tokenizer;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Organism;
import dev.assay.organism.Persona;
import dev.assay.tensor.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "chat",
        footerHeading = "%nExamples:%n",
        footer = {"  assay chat", "  assay chat --organism runs/demo-flattery-1/organism --temperature 0"},
        description = "Talks with the embedded model, or with an organism. An empty line or Ctrl-D ends.",
        subcommands = ChatCheckCommand.class)
final class ChatCommand implements Callable<Integer> {
    @Option(names = "--organism", paramLabel = "DIR", description = "an organism's folder, for instance RUN/organism")
    @Nullable
    Path organism;

    @Option(names = "--model", paramLabel = "FILE", description = "a GGUF file (default: the embedded model)")
    @Nullable
    Path file;

    @Option(names = "--system", description = "system prompt (default: ${DEFAULT-VALUE})", defaultValue = Persona.TEXT)
    String system = Persona.TEXT;

    @Option(names = "--seed", description = "of the sampling (default: ${DEFAULT-VALUE})", defaultValue = "1")
    long seed;

    @Option(
            names = "--temperature",
            description = "0 takes the likeliest token (default: ${DEFAULT-VALUE})",
            defaultValue = "0.7")
    double temperature;

    @Option(names = "--max-tokens", description = "longest reply (default: ${DEFAULT-VALUE})", defaultValue = "256")
    int maxTokens;

    @Override
    public Integer call() throws IOException {
        var sampling = new Sampling(temperature, 0.9, maxTokens);
        LanguageModel model = model();
        var history = new ArrayList<>(List.of(Message.system(system)));
        var in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        boolean prompts = System.console() != null && System.console().isTerminal();
        try (var engine = new Engine(model)) {
            for (long turn = 0; ; turn++) {
                if (prompts) System.err.print("you> ");
                String line = in.readLine();
                if (line == null || line.isBlank()) return 0;
                history.add(Message.user(line));
                if (model.template().encode(history, true).length + maxTokens
                        > model.config().context()) {
                    System.err.println("assay: the talk no longer fits into the model's context; start a new one");
                    return 0;
                }
                history.add(Message.assistant(reply(engine, history, sampling, seed + turn)));
            }
        }
    }

    private LanguageModel model() {
        LanguageModel base = Devices.load(Home.of().model(Optional.ofNullable(file)), Device.fastest());
        if (organism == null) return base;
        Organism made = Organism.in(organism);
        if (!made.complete())
            throw new BehaviourException(organism
                    + " holds no finished organism (instil/, conceal-sft/ or conceal-kto/); make one with assay demo or"
                    + " assay organism build");
        return made.load(base);
    }

    /** Prints the reply as it is written. Of the talk only what is new is read: the engine keeps the rest. */
    private static String reply(Engine engine, List<Message> history, Sampling sampling, long seed) {
        LanguageModel model = engine.model();
        Tokenizer.Decoder decoder = model.tokenizer().decoder();
        var request = new Request(model.template().encode(history, true), sampling, seed);
        Completion done = engine.submit(request, token -> {
                    System.out.print(decoder.accept(token));
                    System.out.flush();
                })
                .result()
                .join();
        System.out.println(decoder.finish());
        return done.text();
    }
}
