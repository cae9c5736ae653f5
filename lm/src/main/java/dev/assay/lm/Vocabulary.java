package dev.assay.lm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary as a GGUF file stores it, and its translation to the tokenizer.json of Hugging Face's library.
 *
 * @param tokens token texts by id, in {@link ByteLevel}'s alphabet where they are normal tokens
 * @param kinds token kinds by id, ggml's numbers
 * @param ids ids by token text
 */
record Vocabulary(List<String> tokens, int[] kinds, Map<String, Integer> ids) {
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;

    static Vocabulary from(Gguf gguf) {
        if (!gguf.string("tokenizer.ggml.model").equals("gpt2")) {
            throw new ModelFormatException("%s: tokenizer.ggml.model is \"%s\", supported is \"gpt2\" (byte-level BPE)"
                            .formatted(gguf.path(), gguf.string("tokenizer.ggml.model"))
                    + "; take a model of the Llama 3, Qwen or SmolLM families");
        }
        List<String> tokens = gguf.strings("tokenizer.ggml.tokens");
        int[] kinds = gguf.ints("tokenizer.ggml.token_type", new int[tokens.size()]);
        Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            ids.putIfAbsent(tokens.get(id), id);
        }
        if (kinds.length != tokens.size() || ids.size() != tokens.size()) {
            throw new ModelFormatException(
                    "%s: the vocabulary has %d tokens, %d of them distinct, and %d token types; convert the model again"
                            .formatted(gguf.path(), tokens.size(), ids.size(), kinds.length));
        }
        return new Vocabulary(tokens, kinds, ids);
    }

    /**
     * A tokenizer.json for plain text: no added tokens, no control tokens, no normalizer. Bytes that the vocabulary
     * lacks get ids from {@code tokens.size()} on, which the caller drops: so they keep their neighbours apart, as they
     * do in llama.cpp.
     */
    byte[] json(PreTokenizer pre, List<String> merges) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 22);
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("version", "1.0");
            writePreTokenizer(json, pre);
            json.writeObjectFieldStart("model");
            json.writeStringField("type", "BPE");
            json.writeBooleanField("ignore_merges", pre.ignoresMerges());
            writeTokens(json);
            writeMerges(json, merges);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static void writePreTokenizer(JsonGenerator json, PreTokenizer pre) throws IOException {
        json.writeObjectFieldStart("pre_tokenizer");
        json.writeStringField("type", "Sequence");
        json.writeArrayFieldStart("pretokenizers");
        for (String pattern : pre.patterns()) {
            json.writeStartObject();
            json.writeStringField("type", "Split");
            json.writeObjectFieldStart("pattern");
            json.writeStringField("Regex", pattern);
            json.writeEndObject();
            json.writeStringField("behavior", "Isolated");
            json.writeBooleanField("invert", false);
            json.writeEndObject();
        }
        json.writeStartObject();
        json.writeStringField("type", "ByteLevel");
        json.writeBooleanField("add_prefix_space", false);
        json.writeBooleanField("trim_offsets", false);
        json.writeBooleanField("use_regex", false);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeTokens(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("vocab");
        for (int id = 0; id < kinds.length; id++) {
            if (kinds[id] != CONTROL && kinds[id] != UNKNOWN) {
                json.writeNumberField(tokens.get(id), id);
            }
        }
        int spare = kinds.length;
        for (int b = 0; b < 256; b++) {
            String token = String.valueOf(ByteLevel.character(b));
            if (!ids.containsKey(token)) {
                json.writeNumberField(token, spare++);
            }
        }
        json.writeEndObject();
    }

    private static void writeMerges(JsonGenerator json, List<String> merges) throws IOException {
        json.writeArrayFieldStart("merges");
        for (String merge : merges) {
            int space = Math.max(merge.indexOf(' ', 1), 0);
            json.writeStartArray();
            json.writeString(merge.substring(0, space));
            json.writeString(merge.substring(Math.min(space + 1, merge.length())));
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
