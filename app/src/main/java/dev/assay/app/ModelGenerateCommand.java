package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.lm.Arithmetic;
import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.lm.TokenText;
import dev.assay.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "generate",
        description = {
            "Continues a text, or writes the next message of a conversation.",
            "With --beside, each token gets the log-ratio of its probability here to that under another set of adapters:"
                    + " where a model was changed, it stands out."
        })
final class ModelGenerateCommand implements Callable<Integer> {
    @Mixin
    ModelOptions.WithInput what = new ModelOptions.WithInput();

    @Option(
            names = "--messages",
            paramLabel = "FILE",
            description = "a conversation in place of --text, as for assay model template")
    @Nullable
    Path messages;

    @Option(
            names = "--beside",
            paramLabel = "DIR",
            description =
                    "an adapter, or \"base\" for the model itself, under which the same tokens are read along; may be"
                            + " given several times")
    List<String> beside = new ArrayList<>();

    @Option(names = "--samples", paramLabel = "N", defaultValue = "1", description = "how many (default: 1)")
    int samples;

    @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "128", description = "longest (default: 128)")
    int maxTokens;

    @Option(names = "--temperature", defaultValue = "0", description = "0 takes the likeliest token (default: 0)")
    double temperature;

    @Option(names = "--top-p", defaultValue = "1", description = "share of the likeliest tokens (default: 1)")
    double topP;

    @Option(names = "--seed", defaultValue = "1", description = "of the first sample (default: 1)")
    long seed;

    @Option(
            names = "--force",
            paramLabel = "TEXT",
            description = "how each text begins, whatever the model would write")
    @Nullable
    String force;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "ends a text where it appears; may be given several times")
    List<String> stops = new ArrayList<>();

    @Option(
            names = "--exact",
            description = "fp32 arithmetic on the weights as they are stored, each text the same in any batch and with"
                    + " any number of threads. The default, fast, rounds weights of more than 8 bits to 8 and multiplies"
                    + " many rows in bf16 where the processor can. On GPUs: fp32 in the place of bf16")
    boolean exact;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (samples < 1) throw new UserException("--samples takes a number from 1 on, not " + samples);
        Sampling sampling = sampling();
        List<Lora> own = what.adapters();
        List<List<Lora>> others = beside.stream()
                .map(name -> name.equals("base") ? List.<Lora>of() : List.of(Lora.load(Path.of(name))))
                .toList();
        if (exact && what.type == null) what.type = DType.F32;
        LanguageModel model = what.loadBase();
        int[] prompt = prompt(model);
        int[] forced = force == null ? new int[0] : model.tokenizer().encodePlain(force);
        Engine.Settings settings =
                Engine.Settings.standard().withArithmetic(exact ? Arithmetic.EXACT : Arithmetic.FAST);
        try (var engine = new Engine(model, settings)) {
            List<Engine.Ticket> tickets = IntStream.range(0, samples)
                    .mapToObj(i -> new Request(prompt, sampling, seed + i)
                            .under(own)
                            .forcing(forced)
                            .stoppingAt(stops)
                            .beside(others))
                    .map(engine::submit)
                    .toList();
            List<Map<String, Object>> all = new ArrayList<>();
            for (Engine.Ticket ticket : tickets) {
                Completion c = ticket.result().join();
                if (json) all.add(json(c));
                else show(c, model);
            }
            if (json) ModelCommand.print(Map.of("prompt", prompt, "samples", all));
        }
        return 0;
    }

    private Sampling sampling() {
        if (!(temperature >= 0)) throw new UserException("--temperature takes 0 or more, not " + temperature);
        if (!(topP > 0 && topP <= 1)) throw new UserException("--top-p takes a share above 0, up to 1, not " + topP);
        if (maxTokens < 1) throw new UserException("--max-tokens takes a number from 1 on, not " + maxTokens);
        return new Sampling(temperature, topP, maxTokens);
    }

    private int[] prompt(LanguageModel model) {
        if (messages == null) return what.ids(model);
        if (what.ids != null || what.text != null)
            throw new UserException("give either --messages FILE, --text TEXT or --ids 1,2,3");
        Conversation talk = Conversation.read(messages).prompting(true);
        return model.template().encode(talk.messages(), talk.options());
    }

    private Map<String, Object> json(Completion c) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("text", c.text());
        out.put("tokens", c.tokens());
        out.put("ending", c.ending().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        out.put("log-probabilities", c.logProbabilities());
        Map<String, Object> ratios = new LinkedHashMap<>();
        for (int i = 0; i < beside.size(); i++) ratios.put(beside.get(i), c.logRatios(i));
        out.put("log-ratios", ratios);
        return out;
    }

    /** The text; with models beside it, a table of its tokens and their log-ratios instead. */
    private void show(Completion c, LanguageModel model) {
        if (beside.isEmpty()) {
            System.out.println(c.text());
            return;
        }
        TokenText text = TokenText.of(model);
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("token", "log p"));
        beside.forEach(name -> head.add("less " + name));
        rows.add(head);
        for (int i = 0; i < c.tokens().length; i++) {
            List<String> row = new ArrayList<>(List.of(text.quoted(c.tokens()[i]), number(c.logProbabilities()[i])));
            for (int o = 0; o < beside.size(); o++) row.add(number(c.logRatios(o)[i]));
            rows.add(row);
        }
        System.out.println(TextTable.right(rows));
    }

    private static String number(float x) {
        return String.format(Locale.ROOT, "%.3f", x);
    }
}
