package dev.assay.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a training run ended with.
 *
 * @param label the recipe, with the fields that a sweep varied
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

    SaeResult labelled(Map<String, String> fields) {
        var text = new StringBuilder(label.split(" ")[0]);
        fields.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(value));
        return new SaeResult(world, text.toString(), seed, samples, rate, training, inference, folder);
    }

    /** With the scores of both forms side by side under their own names. */
    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("world", world);
        out.put("recipe", label);
        for (String name : new String[] {"f1", "mcc", "ev", "l0", "uniqueness", "dead", "precision", "recall"}) {
            Map<String, Object> forms = new LinkedHashMap<>();
            forms.put("training", training.get(name));
            if (inference.containsKey(name)) forms.put("inference", inference.get(name));
            out.put(name, forms);
        }
        out.put("samples-per-second", rate);
        out.put("samples", samples);
        out.put("seed", seed);
        out.put("folder", folder);
        return out;
    }
}
