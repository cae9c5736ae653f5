package dev.assay.audit.tool;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.SafetensorsFile;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tuned lens (Belrose et al., 2023): before the final norm and the unembedding, the residual stream of a layer goes
 * through an affine translator that was trained so that the result comes near to what the model says in the end. It is
 * saved as docs/formats/tuned-lens.md says.
 */
public final class TunedLens implements Lens, AutoCloseable {
    private static final String FORMAT = "assay-tuned-lens";
    private static final String VERSION = "1";

    private final String id;
    private final Map<Site, Translator> translators;

    /**
     * What stands between a site and the end: x + x Wᵀ + b.
     *
     * @param weight W {@code [dModel, dModel]}, zero where nothing was learnt
     * @param bias b {@code [dModel]}
     */
    record Translator(Tensor weight, Tensor bias) {
        /** Rows {@code [n, dModel]}. */
        Tensor apply(Tensor rows) {
            try (var scope = Scope.open()) {
                Tensor exact = rows.to(DType.F32);
                return scope.pass(exact.add(exact.linear(weight, bias)));
            }
        }
    }

    /**
     * Takes over the translators.
     *
     * @param id says all that they come from: model, texts, settings
     */
    TunedLens(String id, Map<Site, Translator> translators) {
        this.id = id;
        this.translators = new LinkedHashMap<>(translators);
    }

    @Override
    public String name() {
        return "tuned-lens";
    }

    @Override
    public String id() {
        return id;
    }

    /** The sites that it has translators for. */
    public Collection<Site> sites() {
        return List.copyOf(translators.keySet());
    }

    @Override
    public Tensor logits(LanguageModel model, Site site, Tensor rows) {
        Translator translator = translators.get(site);
        if (translator == null)
            throw new ToolException("the tuned lens has no translator for " + site + "; it has some for " + sites()
                    + ": train it for that site too");
        try (var scope = Scope.open()) {
            return scope.pass(LogitLens.logits(model, translator.apply(rows)));
        }
    }

    /** Writes a safetensors file with a weight and a bias for each site. */
    public void save(Path file) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        translators.forEach((site, t) -> {
            tensors.put(site + ".weight", t.weight);
            tensors.put(site + ".bias", t.bias);
        });
        try {
            Safetensors.write(file, tensors, new TreeMap<>(Map.of("format", FORMAT, "version", VERSION, "lens", id)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the tuned lens in " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws dev.assay.tensor.TensorException if the file is damaged
     * @throws ToolException if it holds no tuned lens, or one of a later version
     */
    public static TunedLens load(Path file) {
        try (var opened = SafetensorsFile.open(file);
                var scope = Scope.open()) {
            String id = new Metadata(opened, FORMAT, VERSION).get("lens");
            Map<Site, Translator> translators = new LinkedHashMap<>();
            for (String name : new ArrayList<>(opened.entries().keySet())) {
                if (!name.endsWith(".weight")) continue;
                String site = name.substring(0, name.length() - ".weight".length());
                translators.put(
                        Site.parse(site),
                        new Translator(
                                scope.keep(opened.tensor(name, DType.F32)),
                                scope.keep(opened.tensor(site + ".bias", DType.F32))));
            }
            return new TunedLens(id, translators);
        }
    }

    @Override
    public void close() {
        translators.values().forEach(t -> {
            t.weight.close();
            t.bias.close();
        });
    }
}
