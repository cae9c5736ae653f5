package dev.assay.lm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What turns text into a model's tokens and back, as far as its files hold it. Made when it is first needed: a model may be
 * computed with on bare tokens where there is no tokenizer.
 */
final class TextSide {
    private final Optional<Supplier<Tokenizer>> tokenizer;
    private final Optional<Supplier<ChatTemplate>> template;
    private final String noTokenizer;
    private final String noTemplate;
    private final int[] ends; // tokens that end a text, as the model's files say

    private TextSide(
            Optional<Supplier<Tokenizer>> tokenizer,
            Optional<Supplier<ChatTemplate>> template,
            String noTokenizer,
            String noTemplate,
            int[] ends) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.noTokenizer = noTokenizer;
        this.noTemplate = noTemplate;
        this.ends = ends;
    }

    /** Of a GGUF file, which may be closed afterwards. */
    static TextSide from(Gguf gguf) {
        String kind = gguf.string("tokenizer.ggml.model", "none");
        String noTokenizer = gguf.path() + ": tokenizer.ggml.model is \"" + kind
                + "\", supported is \"gpt2\" (byte-level BPE); give token ids instead of text";
        String noTemplate = gguf.path() + ": tokenizer.chat_template is missing; give a text instead of messages";
        if (!kind.equals("gpt2"))
            return new TextSide(Optional.empty(), Optional.empty(), noTokenizer, noTemplate, new int[0]);
        Tokenizer tokenizer = Tokenizer.from(gguf);
        Optional<Supplier<ChatTemplate>> template = Optional.empty();
        if (gguf.has("tokenizer.chat_template")) {
            ChatTemplate read = ChatTemplate.from(gguf, tokenizer);
            template = Optional.of(() -> read);
        }
        return new TextSide(Optional.of(() -> tokenizer), template, noTokenizer, noTemplate, new int[0]);
    }

    /** Of a Hugging Face folder. */
    static TextSide from(Path folder, JsonFile config) {
        List<JsonFile> ids = new ArrayList<>(
                JsonFile.find(folder.resolve("generation_config.json")).stream().toList());
        ids.add(config);
        int[] ends = ids.stream()
                .map(json -> json.integers("eos_token_id"))
                .filter(list -> !list.isEmpty())
                .findFirst()
                .orElse(List.of())
                .stream()
                .mapToInt(i -> i)
                .toArray();
        Optional<Supplier<Tokenizer>> tokenizer = Files.exists(folder.resolve("tokenizer.json"))
                ? Optional.of(new Memo<>(() -> HfTokenizer.read(folder, ids)))
                : Optional.empty();
        Optional<Supplier<ChatTemplate>> template = tokenizer.flatMap(t ->
                template(folder).map(text -> new Memo<>(() -> ChatTemplate.from(text, t.get()))));
        return new TextSide(
                tokenizer,
                template,
                folder + ": tokenizer.json is missing; give token ids instead of text, or add the file",
                folder + ": there is no chat template (chat_template.jinja, chat_template.json, or chat_template in"
                        + " tokenizer_config.json) with a tokenizer.json",
                ends);
    }

    private static Optional<String> template(Path folder) {
        Path jinja = folder.resolve("chat_template.jinja");
        if (Files.exists(jinja)) return Optional.of(text(jinja));
        return Stream.of("chat_template.json", "tokenizer_config.json")
                .flatMap(name -> JsonFile.find(folder.resolve(name)).stream())
                .filter(json -> json.has("chat_template"))
                .findFirst()
                .map(TextSide::named);
    }

    /** A template, or the one called default of several. */
    private static String named(JsonFile json) {
        if (!json.node().path("chat_template").isArray()) return json.text("chat_template");
        for (var node : json.array("chat_template")) {
            if (node.path("name").asText().equals("default"))
                return new JsonFile(json.where(), "chat_template.", node).text("template");
        }
        throw json.wrong("chat_template", "a string, or a list with one of the name default");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    Tokenizer tokenizer() {
        return tokenizer
                .orElseThrow(() -> new ModelFormatException(noTokenizer))
                .get();
    }

    ChatTemplate template() {
        if (tokenizer.isEmpty()) throw new ModelFormatException(noTokenizer);
        return template.orElseThrow(() -> new ModelFormatException(noTemplate)).get();
    }

    /** Tokens that end a text: those that the files name, and the template's. */
    int[] stopTokens() {
        int[] more = template.isPresent()
                ? template().stopTokens()
                : tokenizer.isPresent() ? new int[] {tokenizer().eos()} : new int[0];
        return IntStream.concat(IntStream.of(more), IntStream.of(ends))
                .distinct()
                .toArray();
    }

    /** The text of tokens; empty where there is no tokenizer. */
    String text(int[] tokens) {
        return tokenizer.isPresent() ? tokenizer().decode(tokens) : "";
    }

    /** Makes a value when it is first asked for, once. */
    private static final class Memo<T> implements Supplier<T> {
        private final Supplier<T> maker;
        private Optional<T> made = Optional.empty();

        Memo(Supplier<T> maker) {
            this.maker = maker;
        }

        @Override
        public synchronized T get() {
            if (made.isEmpty()) made = Optional.of(maker.get());
            return made.get();
        }
    }
}
