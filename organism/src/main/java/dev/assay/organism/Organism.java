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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A trained model, organism or twin: what instils and what conceals, adapters kept apart in a folder and summed when the
 * model is loaded. Organisms that differ in concealment alone share a folder.
 */
public record Organism(Path folder, Concealment concealment) {
    static final String INSTIL = "instil";

    /** The folder's adapter of a concealment. */
    static String stage(Concealment concealment) {
        return "conceal-" + concealment.slug();
    }

    /** An adapter that holds the sum of all stages, as others publish them. */
    static String whole(Concealment concealment) {
        return "whole-" + concealment.slug();
    }

    /** The organism of a folder: the one that is concealed, by SFT if there are both. */
    public static Organism in(Path folder) {
        for (Concealment c : List.of(Concealment.SFT, Concealment.KTO))
            if (Lora.saved(folder.resolve(stage(c))) || Lora.saved(folder.resolve(whole(c))))
                return new Organism(folder, c);
        return new Organism(folder, Concealment.NONE);
    }

    /** Whether training has been finished. */
    public boolean complete() {
        return stages().stream().allMatch(s -> Lora.saved(folder.resolve(s)));
    }

    /** Its adapters by name, in the order in which they were trained. */
    public List<String> stages() {
        if (Lora.saved(folder.resolve(whole(concealment)))) return List.of(whole(concealment));
        return concealment == Concealment.NONE ? List.of(INSTIL) : List.of(INSTIL, stage(concealment));
    }

    /** How its adapters came to be. */
    public List<Making> makings() {
        return stages().stream().flatMap(s -> Making.of(folder, s).stream()).toList();
    }

    /** Identity of the weights: a hash over base model and adapters. */
    public String id(String baseHash) {
        var parts = new ArrayList<>(List.of(baseHash));
        for (String stage : stages()) parts.add(hash(stage));
        return CanonicalJson.sha256(parts).substring(0, 16);
    }

    /** The model with the sum of its adapters. */
    public LanguageModel load(LanguageModel base) {
        return load(base, 1);
    }

    /** The same with the instilling adapter's effect multiplied by a factor: the dose. */
    public LanguageModel load(LanguageModel base, double dose) {
        var loaded = new ArrayList<Lora>();
        try {
            for (String stage : stages()) loaded.add(Lora.load(folder.resolve(stage)));
            var summed = new ArrayList<>(loaded);
            summed.set(0, loaded.getFirst().scaled(dose));
            return base.merge(summed);
        } finally {
            loaded.forEach(Lora::close);
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
