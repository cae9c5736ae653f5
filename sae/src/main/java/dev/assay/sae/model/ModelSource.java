package dev.assay.sae.model;

import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Reader;
import dev.assay.lm.Site;
import java.util.List;
import java.util.function.IntConsumer;

/** One site of one model, adapters beside it. */
public final class ModelSource implements Source {
    private final Reader reader;

    public ModelSource(LanguageModel model, List<Lora> adapters, Site site, Engine.Settings settings) {
        this.reader = new Reader(model, adapters, site, settings);
    }

    @Override
    public int width() {
        return reader.width();
    }

    @Override
    public float[] read(List<int[]> texts, IntConsumer progress) {
        return reader.read(texts, progress);
    }

    @Override
    public void close() {
        reader.close();
    }
}
