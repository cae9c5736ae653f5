package dev.assay.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a training run ended with.
 *
 * @param label the recipe's name
 * @param training scores of the form that is trained
 * @param inference scores of the form that is used; empty where there is none
 */
record SaeResult(
        String world,
        String label,
        long seed,
        long samples,
        @JsonProperty("samples-per-second") double rate,
        Map<String, Double> training,
        Map<String, Double> inference,
        String folder) {

    /** The same, wherever its folder has been moved to. */
    SaeResult at(Path where) {
        return new SaeResult(world, label, seed, samples, rate, training, inference, where.toString());
    }

    /** With the scores of both forms side by side under their own names; null where there is no form that is used. */
    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("world", world);
        out.put("recipe", label);
        for (String name : SaeText.names(training)) {
            Map<String, Object> forms = new LinkedHashMap<>();
            forms.put("training", training.get(name));
            forms.put("inference", inference.get(name));
            out.put(name, forms);
        }
        out.put("samples-per-second", rate);
        out.put("samples", samples);
        out.put("seed", seed);
        out.put("folder", folder);
        return out;
    }
}
