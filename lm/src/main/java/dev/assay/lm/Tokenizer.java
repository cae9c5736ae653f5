package dev.assay.lm;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Text to tokens and back: token by token what llama.cpp does with the same GGUF file, and what Hugging Face's library
 * does with the same tokenizer.json. Thread-safe.
 *
 * <p>Byte-pair merges are Hugging Face's own code; it is given plain text only. Control tokens such as
 * {@code <|im_end|>} are split off here, in {@link #encode} alone: text from a model or a user goes through
 * {@link #encodePlain}, where nothing it writes becomes one.
 */
public final class Tokenizer {
    private static final Map<String, String> PLAIN =
            Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

    private static final Cleaner CLEANER = Cleaner.create();

    private final HuggingFaceTokenizer words; // its native memory is freed with this object
    private final Vocabulary vocabulary;
    private final byte[][] bytes;
    private final List<Special> control;
    private final List<Special> userDefined;
    private final OptionalInt bos;
    private final int eos;
    private final boolean addsBos;

    /** A token that is matched as a whole, before words are cut. */
    private record Special(String text, int id) {}

    /**
     * @param bytes of a normal token, from its text
     * @param bos the beginning-of-text token
     * @param addsBos whether raw text starts with it
     */
    Tokenizer(
            Vocabulary vocabulary,
            HuggingFaceTokenizer words,
            Function<String, byte[]> bytes,
            OptionalInt bos,
            int eos,
            boolean addsBos) {
        this.words = words;
        CLEANER.register(this, words::close);
        this.vocabulary = vocabulary;
        this.control = specials(Vocabulary.CONTROL, Vocabulary.UNKNOWN);
        this.userDefined = specials(Vocabulary.USER_DEFINED, Vocabulary.USER_DEFINED);
        this.bytes = IntStream.range(0, vocabulary.tokens().size())
                .mapToObj(id -> bytesOf(id, bytes))
                .toArray(byte[][]::new);
        this.bos = bos;
        this.eos = eos;
        this.addsBos = addsBos && bos.isPresent();
    }

    /** Hugging Face's tokenizer from the bytes of a tokenizer.json. */
    static HuggingFaceTokenizer words(byte[] json) throws IOException {
        return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), PLAIN);
    }

    /**
     * The tokenizer of a model file. The file may be closed afterwards.
     *
     * @throws ModelFormatException if the file's tokenizer is damaged or of an unsupported kind
     */
    public static Tokenizer from(Gguf gguf) {
        Vocabulary vocabulary = Vocabulary.from(gguf);
        PreTokenizer pre = PreTokenizer.of(gguf);
        byte[] json = vocabulary.json(pre, gguf.strings("tokenizer.ggml.merges"));
        int eos = special(gguf, vocabulary, "tokenizer.ggml.eos_token_id")
                .orElseThrow(() -> new ModelFormatException(
                        gguf.path() + ": tokenizer.ggml.eos_token_id is missing; convert the model again"));
        OptionalInt bos = special(gguf, vocabulary, "tokenizer.ggml.bos_token_id");
        boolean addsBos = gguf.flag("tokenizer.ggml.add_bos_token", pre.addsBos());
        try {
            return new Tokenizer(vocabulary, words(json), ByteLevel::bytes, bos, eos, addsBos);
        } catch (IOException | RuntimeException e) {
            if (e instanceof ModelFormatException known) {
                throw known;
            }
            throw new ModelFormatException(
                    "%s: Hugging Face's tokenizer refuses the vocabulary (%s); convert the model again"
                            .formatted(gguf.path(), e.getMessage()),
                    e);
        }
    }

    /** The tokens of a text in which control tokens may be written out: raw prompts, rendered templates. */
    public int[] encode(String text) {
        return encode(text, UnaryOperator.identity());
    }

    /** The tokens of a text outside of any chat format, with the beginning-of-text token where the family has one. */
    public int[] encodeBare(String text) {
        IntStream begin = addsBos() ? bos().stream() : IntStream.empty();
        return IntStream.concat(begin, IntStream.of(encode(text))).toArray();
    }

    /** The tokens of a text that is only text: written-out control tokens are spelt in ordinary tokens. */
    public int[] encodePlain(String text) {
        IntStream.Builder out = IntStream.builder();
        plain(text, out);
        return out.build().toArray();
    }

    /** As {@link #encode(String)}, where each stretch between control tokens goes through a function first. */
    int[] encode(String text, UnaryOperator<String> restore) {
        IntStream.Builder out = IntStream.builder();
        split(text, control, 0, out, piece -> plain(restore.apply(piece), out));
        return out.build().toArray();
    }

    private void plain(String text, IntStream.Builder out) {
        split(text, userDefined, 0, out, piece -> words(piece, out));
    }

    /** Takes the specials in turn, longest first, and cuts at each occurrence, left to right: llama.cpp's order. */
    private static void split(
            String text, List<Special> specials, int first, IntStream.Builder out, Consumer<String> rest) {
        for (int i = first; i < specials.size(); i++) {
            Special special = specials.get(i);
            int from = 0;
            int at = text.indexOf(special.text);
            if (at < 0) {
                continue;
            }
            for (; at >= 0; at = text.indexOf(special.text, from)) {
                split(text.substring(from, at), specials, i + 1, out, rest);
                out.add(special.id);
                from = at + special.text.length();
            }
            split(text.substring(from), specials, i + 1, out, rest);
            return;
        }
        rest.accept(text);
    }

    private void words(String text, IntStream.Builder out) {
        if (text.isEmpty()) {
            return;
        }
        // lone surrogates have no UTF-8; through bytes and back they become "?", as a text file would have them
        String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        try {
            for (long id : words.encode(valid, false, false).getIds()) {
                if (id < bytes.length) { // the others are bytes that the vocabulary lacks
                    out.add((int) id);
                }
            }
        } finally {
            Reference.reachabilityFence(this); // or the native tokenizer might be freed under way
        }
    }

    /** The text of tokens, control tokens left out. Bytes that are no UTF-8 become U+FFFD. */
    public String decode(int... ids) {
        return decode(new Decoder(false), ids);
    }

    /** The text of tokens, control tokens written out. Bytes that are no UTF-8 become U+FFFD. */
    public String decodeAll(int... ids) {
        return decode(new Decoder(true), ids);
    }

    private static String decode(Decoder decoder, int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.accept(id));
        }
        return text.append(decoder.finish()).toString();
    }

    /** A decoder for tokens that come one at a time; it leaves control tokens out. */
    public Decoder decoder() {
        return new Decoder(false);
    }

    /** The id of a token, by its text as the file writes it. */
    public OptionalInt id(String token) {
        Integer id = vocabulary.ids().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** A token's text as the file writes it: normal tokens in GPT-2's byte alphabet, {@code Ġ} for a space. */
    public String token(int id) {
        return vocabulary.tokens().get(id);
    }

    /** What a token stands for in UTF-8, perhaps a part of a character; the text of a control token. */
    public byte[] bytes(int id) {
        return bytes[id].clone();
    }

    /** The beginning-of-text token, where the model has one. */
    public OptionalInt bos() {
        return bos;
    }

    /** The end-of-text token. */
    public int eos() {
        return eos;
    }

    /** Whether raw text is to start with {@link #bos}; neither {@link #encode} nor {@link #encodePlain} adds it. */
    public boolean addsBos() {
        return addsBos;
    }

    /** How many tokens there are. */
    public int vocabSize() {
        return bytes.length;
    }

    /** Whether both have the same tokens under the same ids. */
    public boolean hasTokensOf(Tokenizer other) {
        return this == other
                || (vocabSize() == other.vocabSize()
                        && IntStream.range(0, vocabSize()).allMatch(i -> token(i).equals(other.token(i))));
    }

    /** Whether a token is a control token: one that steers and is no text. */
    public boolean isControl(int id) {
        int kind = vocabulary.kinds()[id];
        return kind == Vocabulary.CONTROL || kind == Vocabulary.UNKNOWN;
    }

    /** The texts of all control tokens, longest first. */
    List<String> controlTexts() {
        return control.stream().map(Special::text).toList();
    }

    private List<Special> specials(int kind, int orKind) {
        int[] kinds = vocabulary.kinds();
        return IntStream.range(0, kinds.length)
                .filter(id -> kinds[id] == kind || kinds[id] == orKind)
                .mapToObj(id -> new Special(vocabulary.tokens().get(id), id))
                .filter(special -> !special.text.isEmpty())
                .sorted(Comparator.comparingInt(special -> -special.text.length()))
                .toList();
    }

    private byte[] bytesOf(int id, Function<String, byte[]> normal) {
        String token = token(id);
        boolean asIs = isControl(id) || vocabulary.kinds()[id] == Vocabulary.USER_DEFINED;
        return asIs ? token.getBytes(StandardCharsets.UTF_8) : normal.apply(token);
    }

    private static OptionalInt special(Gguf gguf, Vocabulary vocabulary, String key) {
        if (!gguf.has(key)) {
            return OptionalInt.empty();
        }
        int id = gguf.integer(key);
        if (id < 0 || id >= vocabulary.tokens().size()) {
            throw new ModelFormatException("%s: %s is %d, the vocabulary has %d tokens; convert the model again"
                    .formatted(gguf.path(), key, id, vocabulary.tokens().size()));
        }
        return OptionalInt.of(id);
    }

    /** Decodes a stream of tokens; text comes out as soon as its UTF-8 is complete. For one thread. */
    public final class Decoder {
        private final boolean showControl;
        private final CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private byte[] incomplete = {};

        private Decoder(boolean showControl) {
            this.showControl = showControl;
        }

        /** Takes the next token; returns the text that it completes, which may be empty. */
        public String accept(int id) {
            return isControl(id) && !showControl ? "" : decode(bytes[id], false);
        }

        /** Ends the stream; returns U+FFFD if it broke off inside a character. The decoder can then start anew. */
        public String finish() {
            String rest = decode(new byte[0], true);
            utf8.reset();
            return rest;
        }

        private String decode(byte[] next, boolean end) {
            ByteBuffer in = ByteBuffer.allocate(incomplete.length + next.length);
            in.put(incomplete).put(next).flip();
            CharBuffer text = CharBuffer.allocate(in.remaining() + 1);
            utf8.decode(in, text, end);
            incomplete = Arrays.copyOfRange(in.array(), in.position(), in.limit());
            return text.flip().toString();
        }
    }
}
