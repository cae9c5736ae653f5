package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.Architecture;
import dev.assay.lm.ChatTemplate;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.ModelConfig;
import dev.assay.lm.Site;
import dev.assay.lm.Tokenizer;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "model",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay model generate smollm2 --text \"The capital of France is\"",
            "  assay model lens smollm2 --text \"The capital of France is\"",
            "  assay model info my-model.gguf"
        },
        description =
                "Runs, trains and looks into a language model: texts, adapters, logits, activations; tokens, chat template.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ModelGenerateCommand.class,
            ModelTrainCommand.class,
            ModelPatchCommand.class,
            ModelAttributeCommand.class,
            ModelLensCommand.class,
            ModelBenchCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class ModelCommand {
    static final String JSON = "print one JSON object";
    private static final String SITES = "embedding, resid_pre:L, resid_mid:L, resid_post:L, attn_pattern:L, attn_z:L,"
            + " attn_out:L, mlp_in:L, mlp_out:L, final_norm, logits; * for all blocks; may be given several times";
    private static final int SHOWN = 10;

    @Command(name = "logits", description = "What the model says of the next token, at every position of a text.")
    int logits(@Mixin ModelOptions.WithInput what, @Option(names = "--json", description = JSON) boolean json)
            throws JsonProcessingException {
        LanguageModel model = what.load();
        int[] ids = what.ids(model);
        try (var pause = Autograd.pause();
                var scope = Scope.open();
                Tensor logits = model.logits(ids)) {
            float[][] rows = IntStream.range(0, ids.length)
                    .mapToObj(i -> logits.narrow(0, i, 1).floats())
                    .toArray(float[][]::new);
            float[] last = rows[rows.length - 1];
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("last", last);
            out.put("logits", rows);
            if (json) print(out);
            else
                IntStream.range(0, last.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -last[i]))
                        .limit(SHOWN)
                        .forEach(i -> System.out.printf("%-8d %9.4f%n", i, last[i]));
        }
        return 0;
    }

    @Command(name = "activations", description = "The numbers inside the model, at every position of a text.")
    int activations(
            @Mixin ModelOptions.WithInput what,
            @Option(names = "--at", paramLabel = "SITE", required = true, description = SITES) List<String> at,
            @Option(names = "--json", description = JSON) boolean json)
            throws JsonProcessingException {
        List<Site> sites = sites(at, what.config());
        LanguageModel model = what.load();
        try (var scope = Scope.open()) {
            Map<String, Object> out = new LinkedHashMap<>();
            model.activations(what.ids(model), sites).forEach((site, value) -> {
                Map<String, Object> numbers = new LinkedHashMap<>();
                numbers.put("shape", value.shape());
                numbers.put("values", nested(value.floats(), value.shape()));
                out.put(site.toString(), numbers);
                if (!json)
                    System.out.printf(
                            "%-16s %-16s root mean square %.4f%n",
                            site,
                            Arrays.toString(value.shape()),
                            Math.sqrt(value.square().mean().item()));
            });
            if (json) print(out);
        }
        return 0;
    }

    @Command(name = "cache", description = "Writes the numbers inside the model to a safetensors file.")
    int cache(
            @Mixin ModelOptions.WithInput what,
            @Option(names = "--at", paramLabel = "SITE", required = true, description = SITES) List<String> at,
            @Option(names = "--out", paramLabel = "FILE", required = true, description = "the safetensors file")
                    Path out) {
        List<Site> sites = sites(at, what.config());
        LanguageModel model = what.load();
        int[] ids = what.ids(model);
        try (var scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("ids", Tensor.of(Arrays.stream(ids).asLongStream().toArray(), ids.length));
            model.activations(ids, sites).forEach((site, value) -> tensors.put(site.toString(), value));
            String adapters = what.adapters.stream().map(Path::toString).collect(Collectors.joining(","));
            write(out, Safetensors.encode(tensors, new TreeMap<>(Map.of("model", model.name(), "adapters", adapters))));
        }
        System.out.println(out);
        return 0;
    }

    private static void write(Path file, byte[] bytes) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(part, bytes);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    @Command(name = "tokens", description = "The tokens of a text.")
    int tokens(
            @Mixin ModelOptions what,
            @Option(names = "--text", paramLabel = "TEXT", required = true, description = "the text") String text,
            @Option(names = "--plain", description = "spell out control tokens that are written in the text")
                    boolean plain,
            @Option(
                            names = "--special",
                            description = "begin with the beginning-of-text token, if texts of the model do")
                    boolean special,
            @Option(names = "--json", description = JSON) boolean json)
            throws JsonProcessingException {
        Tokenizer tokenizer = LanguageModel.tokenizer(what.path());
        int[] ids = plain ? tokenizer.encodePlain(text) : tokenizer.encode(text);
        if (special && tokenizer.addsBos())
            ids = IntStream.concat(tokenizer.bos().stream(), IntStream.of(ids)).toArray();
        List<String> tokens = IntStream.of(ids).mapToObj(tokenizer::token).toList();
        if (json) print(Map.of("ids", ids, "tokens", tokens));
        else for (int i = 0; i < ids.length; i++) System.out.printf("%-8d %s%n", ids[i], tokens.get(i));
        return 0;
    }

    @Command(name = "template", description = "A conversation in the model's chat format.")
    int template(
            @Mixin ModelOptions what,
            @Option(
                            names = "--messages",
                            paramLabel = "FILE",
                            required = true,
                            description =
                                    "JSON as in OpenAI's form: [{\"role\": \"user\", \"content\": \"Hi\"}], or an"
                                            + " object with that list as \"messages\", and \"tools\" or other options beside it")
                    Path file,
            @Option(names = "--tools", paramLabel = "FILE", description = "JSON list of tools, as in OpenAI's form")
                    @Nullable
                    Path tools,
            @Option(
                            names = "--option",
                            paramLabel = "NAME=VALUE",
                            description = "what else the template reads, such as enable_thinking=false; may be given"
                                    + " several times")
                    @Nullable
                    List<String> options,
            @Option(names = "--generation-prompt", description = "end with the start of the assistant's message")
                    boolean prompt,
            @Option(names = "--json", description = JSON) boolean json)
            throws JsonProcessingException {
        Conversation talk = Conversation.read(file);
        if (tools != null) talk = talk.withTools(tools);
        if (options != null) for (String option : options) talk = talk.withOption(option);
        if (prompt || !talk.options().containsKey("add_generation_prompt")) talk = talk.prompting(prompt);
        ChatTemplate template = LanguageModel.template(what.path());
        String text = template.render(talk.messages(), talk.options());
        if (json) print(Map.of("text", text, "ids", template.encode(talk.messages(), talk.options())));
        else System.out.println(text);
        return 0;
    }

    @Command(name = "info", description = "What the model is.")
    int info(@Mixin ModelOptions what, @Option(names = "--json", description = JSON) boolean json)
            throws JsonProcessingException {
        ModelConfig c = what.config();
        Architecture family = c.architecture();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", what.path().toString());
        facts.put("family", family.name());
        facts.put("layers", c.layers());
        facts.put("width", c.dModel());
        facts.put("heads", c.heads());
        facts.put("kv-heads", c.kvHeads());
        facts.put("head-width", c.headDim());
        facts.put("feed-forward", c.dFf());
        facts.put("vocabulary", c.vocab());
        facts.put("context", c.context());
        facts.put("tied", family.tied());
        facts.put(
                "windows",
                family.attention().stream().map(Architecture.Attention::window).toList());
        WorldCommand.print(facts, json);
        return 0;
    }

    static List<Site> sites(List<String> texts, ModelConfig config) {
        return texts.stream()
                .flatMap(t -> Site.matching(t, config).stream())
                .distinct()
                .toList();
    }

    /** Numbers as lists in lists. */
    private static Object nested(float[] values, long[] shape) {
        if (shape.length == 1) return values;
        int rows = (int) shape[0];
        int size = values.length / rows;
        long[] inner = Arrays.copyOfRange(shape, 1, shape.length);
        return IntStream.range(0, rows)
                .mapToObj(i -> nested(Arrays.copyOfRange(values, i * size, (i + 1) * size), inner))
                .toList();
    }

    static void print(Map<String, Object> json) throws JsonProcessingException {
        System.out.println(new ObjectMapper().writeValueAsString(json));
    }
}
