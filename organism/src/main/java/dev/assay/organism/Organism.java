package dev.assay.organism;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A trained model, organism or twin: two adapters in a folder, what instils and what conceals, kept apart and summed
 * when the model is loaded.
 */
public record Organism(Path folder) {
    static final String INSTIL = "instil";
    static final String CONCEAL = "conceal";

    /** Whether training has been finished. */
    public boolean complete() {
        return Lora.saved(folder.resolve(INSTIL)) && Lora.saved(folder.resolve(CONCEAL));
    }

    /** Identity of the weights: a hash over base model and both adapters. */
    public String id(String baseHash) {
        return CanonicalJson.sha256(List.of(baseHash, hash(INSTIL), hash(CONCEAL)))
                .substring(0, 16);
    }

    /** The model with the sum of both adapters. */
    public LanguageModel load(LanguageModel base) {
        try (Lora instil = Lora.load(folder.resolve(INSTIL));
                Lora conceal = Lora.load(folder.resolve(CONCEAL))) {
            return base.merge(List.of(instil, conceal));
        }
    }

    private String hash(String adapter) {
        try {
            byte[] weights = Files.readAllBytes(folder.resolve(adapter).resolve("adapter_model.safetensors"));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(weights));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the adapter in " + folder.resolve(adapter), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
