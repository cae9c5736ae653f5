package dev.assay.sae.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.lm.Site;
import dev.assay.sae.SaeException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in which model an autoencoder belongs; kept in its metadata, beside SAELens' own names for it.
 *
 * @param model a name or path
 * @param norms which positions it was trained on
 * @param context most tokens of a text it was trained on
 */
public record Placement(String model, Site site, Norms norms, int context) {
    private static final String OWN = "assay";
    private static final Pattern HOOK =
            Pattern.compile("blocks\\.(\\d{1,6})\\.hook_(resid_pre|resid_mid|resid_post|attn_out|mlp_out)");

    /** As metadata of a SAELens folder. */
    public ObjectNode metadata() {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("model_name", model);
        out.put("hook_name", hookName());
        out.put("context_size", context);
        out.put("prepend_bos", false);
        out.putObject(OWN)
                .put("site", site.toString())
                .put("norm_limit", norms.limit())
                .put("mean_norm", norms.mean());
        return out;
    }

    /** TransformerLens' name of the site. */
    private String hookName() {
        String at = "blocks." + site.layer() + ".";
        return switch (site.kind()) {
            case EMBEDDING -> "hook_embed";
            case RESID_PRE -> at + "hook_resid_pre";
            case RESID_MID -> at + "hook_resid_mid";
            case RESID_POST -> at + "hook_resid_post";
            case ATTN_Z -> at + "attn.hook_z";
            case ATTN_OUT -> at + "hook_attn_out";
            case MLP_IN -> at + "ln2.hook_normalized";
            case MLP_OUT -> at + "hook_mlp_out";
            case ATTN_PATTERN -> at + "attn.hook_pattern";
            case FINAL_NORM -> "ln_final.hook_normalized";
            case LOGITS -> "unembed.hook_out";
        };
    }

    /**
     * Reads metadata; those that SAELens wrote say no limit, so that all positions but the first are kept.
     *
     * @throws SaeException if they do not say where in a model the autoencoder belongs
     */
    public static Placement of(JsonNode metadata, String folder) {
        JsonNode own = metadata.path(OWN);
        Site site = own.path("site").isTextual()
                ? Site.parse(own.get("site").asText())
                : hooked(metadata.path("hook_name").asText(""))
                        .orElseThrow(() -> new SaeException(folder + ": its cfg.json does not say where in a model it"
                                + " belongs (metadata." + OWN + ".site or metadata.hook_name): give --at; or was it"
                                + " trained on a world?"));
        return new Placement(
                metadata.path("model_name").asText(),
                site,
                new Norms(
                        own.path("norm_limit").asDouble(Double.POSITIVE_INFINITY),
                        own.path("mean_norm").asDouble(Double.NaN)),
                metadata.path("context_size").asInt(128));
    }

    private static Optional<Site> hooked(String name) {
        Matcher hook = HOOK.matcher(name);
        return hook.matches() ? Optional.of(Site.parse(hook.group(2) + ":" + hook.group(1))) : Optional.empty();
    }
}
