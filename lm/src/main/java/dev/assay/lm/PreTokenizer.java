package dev.assay.lm;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How text is cut into words before byte-pair merges, by the name that a GGUF file gives in {@code tokenizer.ggml.pre}.
 * Each pattern cuts the pieces that the pattern before it left. Patterns and names: llama-vocab.cpp of llama.cpp.
 */
@SuppressWarnings("ImmutableEnumChecker") // Set.of and List.of are immutable
enum PreTokenizer {
    SMOLLM(
            Set.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"),
            false,
            "\\p{N}",
            Patterns.GPT2),
    LLAMA3(
            Set.of("llama-bpe", "llama3", "llama-v3", "falcon3"),
            true,
            Patterns.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + Patterns.REST),
    QWEN2(
            Set.of("qwen2", "deepseek-r1-qwen", "stablelm2", "megrez"),
            false,
            Patterns.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + Patterns.REST),
    GPT2(Set.of("gpt-2", "phi-2", "olmo", "mpt", "jais", "exaone4", "modern-bert"), false, Patterns.GPT2),
    DEFAULT(Set.of("default"), false, "[\\p{P}\\$\\+<=>\\^~\\|]+", Patterns.GPT2, "\\p{N}+", "[0-9][0-9][0-9]");

    /** Pieces of patterns that several names share. */
    private static final class Patterns {
        static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
        static final String CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
        static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }

    private final Set<String> names;
    private final boolean llama3;
    private final List<String> patterns;

    PreTokenizer(Set<String> names, boolean llama3, String... patterns) {
        this.names = names;
        this.llama3 = llama3;
        this.patterns = List.of(patterns);
    }

    /** Regular expressions in Oniguruma's syntax. */
    List<String> patterns() {
        return patterns;
    }

    /** Whether a word that is in the vocabulary is one token, whatever the merges say. */
    boolean ignoresMerges() {
        return llama3;
    }

    /** Whether raw text starts with the beginning-of-text token where the file does not say. */
    boolean addsBos() {
        return llama3;
    }

    /** The pre-tokenizer that a file names, {@code default} where it names none. */
    static PreTokenizer of(Gguf gguf) {
        String name = gguf.string("tokenizer.ggml.pre", "default");
        return Arrays.stream(values())
                .filter(candidate -> candidate.names.contains(name))
                .findFirst()
                .orElseThrow(() -> new ModelFormatException(
                        "%s: tokenizer.ggml.pre is \"%s\", supported are %s; take a model of a supported family"
                                .formatted(gguf.path(), name, supported())));
    }

    private static Set<String> supported() {
        Set<String> all = new TreeSet<>();
        Arrays.stream(values()).forEach(candidate -> all.addAll(candidate.names));
        return all;
    }
}
