package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Site;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** {@code /assay/activations}: what a pass over a text computes at some sites. */
final class ActivationsHandler implements Handled {
    private static final int MOST_NUMBERS = 1 << 23;

    private final Models models;
    private final Insides insides;

    ActivationsHandler(Models models, Insides insides) {
        this.models = models;
        this.insides = insides;
    }

    @Override
    public void handle(Fields body, Caller caller) {
        Passage passage = Passage.of(body, models.of(body));
        List<Site> sites = passage.sites(body, "resid_post:*");
        for (Site site : sites)
            if (site.kind() == Site.Kind.ATTN_PATTERN)
                throw Refusal.unsupported("sites", "attention patterns are not served");
        int[] positions = positions(body, passage.tokens().length);
        boolean base64 = encoding(body);
        check(passage, sites, positions);
        Map<String, Object> found = new LinkedHashMap<>();
        insides.activations(passage.model(), passage.tokens(), sites, caller)
                .forEach((site, values) -> found.put(site.toString(), json(values, positions, base64)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", passage.model().id());
        all.put("tokens", passage.spelt());
        all.put("positions", positions);
        all.put("sites", found);
        caller.json(all);
    }

    private static int[] positions(Fields body, int length) {
        if (!body.has("positions")) return IntStream.range(0, length).toArray();
        List<JsonNode> given = body.list("positions");
        String kind = "a list of positions of the text, from 0 to " + (length - 1) + ", or from -1 back";
        if (given.isEmpty() || given.size() > length) throw body.wrong("positions", kind);
        var positions = new int[given.size()];
        for (int i = 0; i < positions.length; i++) {
            JsonNode at = given.get(i);
            if (!at.isIntegralNumber() || !at.canConvertToInt() || at.asInt() < -length || at.asInt() >= length)
                throw body.wrong("positions", kind);
            positions[i] = Math.floorMod(at.asInt(), length);
        }
        return positions;
    }

    private static boolean encoding(Fields body) {
        String encoding = body.optionalText("encoding_format").orElse("float");
        if (!List.of("float", "base64").contains(encoding)) throw body.wrong("encoding_format", "float or base64");
        return encoding.equals("base64");
    }

    private static void check(Passage passage, List<Site> sites, int[] positions) {
        var config = passage.model().inside().config();
        long numbers = sites.stream()
                .mapToLong(s -> (long) positions.length
                        * switch (s.kind()) {
                            case LOGITS -> config.vocab();
                            case ATTN_Z -> config.heads() * config.headDim();
                            default -> config.dModel();
                        })
                .sum();
        if (numbers > MOST_NUMBERS)
            throw Refusal.field(
                    "sites",
                    numbers + " numbers; at most " + MOST_NUMBERS + " are sent at once: name fewer sites or positions");
    }

    /** The rows of some positions. */
    private static Map<String, Object> json(Insides.Values values, int[] positions, boolean base64) {
        int width = values.numbers().length / Math.toIntExact(values.shape()[0]);
        var rows = new ArrayList<Object>();
        for (int p : positions) {
            float[] row = Arrays.copyOfRange(values.numbers(), p * width, (p + 1) * width);
            rows.add(base64 ? encoded(row) : row);
        }
        long[] shape = values.shape().clone();
        shape[0] = positions.length;
        return Map.of("shape", shape, "values", rows);
    }

    /** Numbers of 4 bytes, the lowest first. */
    private static String encoded(float[] row) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
