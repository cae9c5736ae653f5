package dev.assay.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Reads the tokenizer of a Hugging Face folder: {@code tokenizer.json}, and which of its tokens begin and end a text from
 * {@code tokenizer_config.json}, {@code generation_config.json} or {@code config.json}.
 *
 * <p>Hugging Face's own code gets the file as it is, but without its special tokens: those are split off by {@link
 * Tokenizer}, so that no text can spell one out.
 */
final class HfTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NORMAL = 1;
    private static final int UNUSED = 5;

    private final JsonFile json;
    private final Optional<JsonFile> config;
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> tokens = new ArrayList<>();
    private final List<Integer> kinds = new ArrayList<>();
    private final Map<String, Integer> added = new HashMap<>(); // those that are text

    private HfTokenizer(Path folder) {
        this.json = JsonFile.read(folder.resolve("tokenizer.json"));
        this.config = JsonFile.find(folder.resolve("tokenizer_config.json"));
    }

    /** The tokenizer of a folder; {@code ids} say where else a beginning and an end of text may be named. */
    static Tokenizer read(Path folder, List<JsonFile> ids) {
        return new HfTokenizer(folder).build(ids);
    }

    private Tokenizer build(List<JsonFile> others) {
        JsonFile model = json.object("model");
        if (!model.text("type", "BPE").equals("BPE")) throw model.unsupported("type", "BPE");
        JsonFile vocab = model.object("vocab");
        vocab.node().properties().forEach(e -> put(e.getKey(), vocab.integer(e.getKey()), NORMAL));
        ObjectNode plain = json.node().deepCopy();
        plain.set("added_tokens", withoutSpecials());
        ((ObjectNode) plain.get("model")).set("merges", withoutMergesToSpecials(model));
        for (String unwanted : List.of("post_processor", "truncation", "padding")) plain.putNull(unwanted);
        Function<String, byte[]> bytes = bytes();
        OptionalInt bos = special("bos_token", "bos_token_id", others);
        int eos = special("eos_token", "eos_token_id", others)
                .orElseThrow(
                        () -> new ModelFormatException(
                                json.where()
                                        + ": no file of the folder names an end-of-text token; add eos_token to tokenizer_config.json"));
        var vocabulary = new Vocabulary(
                Collections.unmodifiableList(tokens),
                kinds.stream().mapToInt(k -> k).toArray(),
                Map.copyOf(ids));
        try {
            var tokenizer = new Tokenizer(
                    vocabulary, Tokenizer.words(JSON.writeValueAsBytes(plain)), bytes, bos, eos, addsBos(bos));
            checkAdded(tokenizer);
            return tokenizer;
        } catch (IOException | RuntimeException e) {
            if (e instanceof ModelFormatException known) throw known;
            throw new ModelFormatException(
                    json.where() + ": Hugging Face's tokenizer refuses it: " + e.getMessage(), e);
        }
    }

    private void put(String token, int id, int kind) {
        if (id < 0 || id > 10_000_000)
            throw new ModelFormatException(json.where() + ": token " + token + " has the id " + id);
        while (tokens.size() <= id) {
            tokens.add("");
            kinds.add(UNUSED);
        }
        tokens.set(id, token);
        kinds.set(id, kind);
        ids.put(token, id);
    }

    /**
     * The added tokens for Hugging Face's code. Special ones that the model's vocabulary has too are left out; the others
     * become texts that nobody writes, since the ids of those after them follow from their number.
     */
    private ArrayNode withoutSpecials() {
        ArrayNode kept = JSON.createArrayNode();
        if (!json.has("added_tokens")) return kept;
        for (JsonNode node : json.array("added_tokens")) {
            var token = new JsonFile(json.where(), "added_tokens.", node);
            String text = token.text("content");
            int id = token.integer("id");
            boolean known = ids.getOrDefault(text, -1) == id;
            boolean special = token.flag("special", false);
            put(text, id, special ? Vocabulary.CONTROL : NORMAL);
            if (!special) added.put(text, id);
            ObjectNode copy = node.deepCopy();
            if (special) copy.put("content", "\uE000assay " + id + "\uE001");
            if (!special || !known) kept.add(copy);
        }
        return kept;
    }

    /** The merges without those that would spell out a special token. */
    private ArrayNode withoutMergesToSpecials(JsonFile model) {
        ArrayNode kept = JSON.createArrayNode();
        for (JsonNode merge : model.array("merges")) {
            String pair = merge.asText();
            int space = Math.max(0, pair.indexOf(' ', 1));
            String merged = merge.isArray()
                    ? merge.path(0).asText() + merge.path(1).asText()
                    : pair.substring(0, space) + pair.substring(Math.min(space + 1, pair.length()));
            Integer id = ids.get(merged);
            if (id == null || kinds.get(id) != Vocabulary.CONTROL) kept.add(merge);
        }
        return kept;
    }

    /** What a token's text stands for. */
    private Function<String, byte[]> bytes() {
        String decoder = json.node().path("decoder").toString();
        Function<String, byte[]> normal;
        if (decoder.contains("\"ByteLevel\"")) normal = ByteLevel::bytes;
        else if (decoder.contains("\"ByteFallback\"")) normal = HfTokenizer::sentencePiece;
        else throw json.unsupported("decoder", "ByteLevel, or ByteFallback");
        return token -> added.containsKey(token) ? token.getBytes(StandardCharsets.UTF_8) : normal.apply(token);
    }

    /** SentencePiece's alphabet: {@code ▁} is a space, {@code <0x0A>} a byte. */
    private static byte[] sentencePiece(String token) {
        if (token.matches("<0x[0-9A-F]{2}>")) return new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)};
        return token.replace('▁', ' ').getBytes(StandardCharsets.UTF_8);
    }

    private OptionalInt special(String token, String id, List<JsonFile> others) {
        Optional<String> text = config.flatMap(c -> {
            JsonNode named = c.node().path(token);
            JsonNode content = named.isObject() ? named.path("content") : named;
            return content.isTextual() ? Optional.of(content.textValue()) : Optional.empty();
        });
        Integer known = text.map(ids::get).orElse(null);
        if (known != null) return OptionalInt.of(known);
        return others.stream()
                .map(o -> o.first(id))
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    private boolean addsBos(OptionalInt bos) {
        if (bos.isEmpty()) return false;
        if (config.isPresent() && config.get().has("add_bos_token"))
            return config.get().flag("add_bos_token", false);
        String text = tokens.get(bos.getAsInt());
        return json.node().path("post_processor").findValues("single").stream()
                .anyMatch(single ->
                        single.path(0).path("SpecialToken").path("id").asText().equals(text));
    }

    private void checkAdded(Tokenizer tokenizer) {
        added.forEach((text, id) -> {
            if (!Arrays.equals(tokenizer.encodePlain(text), new int[] {id}))
                throw new ModelFormatException(json.where() + ": added token \"" + text + "\" is not encoded as its id "
                        + id + " but as " + Arrays.toString(tokenizer.encodePlain(text)));
        });
    }
}
