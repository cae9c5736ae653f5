package dev.assay.app.serve;

import dev.assay.app.serve.Written.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is around every part of an answer.
 *
 * @param counted whether a stream ends with a count of tokens, which its other parts then have as null
 */
record Envelope(String id, long created, String model, boolean counted) {
    static Envelope of(String prefix, Model model, Wanted wanted) {
        return new Envelope(
                prefix + UUID.randomUUID().toString().replace("-", ""),
                Instant.now().getEpochSecond(),
                model.id(),
                wanted.usageInStream());
    }

    Map<String, @Nullable Object> whole(String object, List<? extends Map<String, ?>> choices, Usage usage) {
        Map<String, @Nullable Object> all = head(object, choices);
        all.put("usage", usage.json());
        return all;
    }

    Map<String, @Nullable Object> chunk(String object, Map<String, ?> choice) {
        Map<String, @Nullable Object> all = head(object, List.of(choice));
        if (counted) all.put("usage", null);
        return all;
    }

    Map<String, @Nullable Object> count(String object, Usage usage) {
        return whole(object, List.of(), usage);
    }

    private Map<String, @Nullable Object> head(String object, List<? extends Map<String, ?>> choices) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", id);
        all.put("object", object);
        all.put("created", created);
        all.put("model", model);
        all.put("choices", new ArrayList<>(choices));
        return all;
    }
}
