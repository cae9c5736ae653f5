package dev.assay.sae.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.probe.Absorption;
import dev.assay.sae.probe.SparseProbe;
import dev.assay.stats.SampleMean;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Results in the JSON that SAEBench 0.6.0 writes, one object an evaluation, so that its readers and tables take them. What
 * is measured otherwise than there says so under {@code eval_result_unstructured}.
 *
 * @param name of the autoencoder
 * @param model name of the model
 * @param millis when it was measured, since 1970
 */
public record SaeBenchJson(String name, String model, InferenceSae sae, long millis) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final double DIGITS = 1e10;

    private ObjectNode result(String type, ObjectNode config, ObjectNode metrics, ArrayNode details) {
        ObjectNode out = JSON.objectNode();
        out.put("eval_type_id", type);
        out.set("eval_config", config);
        out.put("eval_id", UUID.randomUUID().toString());
        out.put("datetime_epoch_millis", millis);
        out.set("eval_result_metrics", metrics);
        out.set("eval_result_details", details);
        out.put("sae_bench_commit_hash", "assay");
        out.put("sae_lens_id", "custom_sae");
        out.put("sae_lens_release_id", name);
        out.put("sae_lens_version", "6.54.12");
        ObjectNode cfg = out.putObject("sae_cfg_dict");
        cfg.put("d_in", sae.dModel());
        cfg.put("d_sae", sae.latents());
        cfg.put("architecture", sae.architecture());
        cfg.put("model_name", model);
        return out;
    }

    /** The core evaluation. */
    public ObjectNode core(Core.Scores s, int context) {
        Fidelity.Scores f = s.fidelity();
        Splice.Scores p = s.splice();
        ObjectNode m = JSON.objectNode();
        m.putObject("model_behavior_preservation")
                .put("kl_div_score", p.divergenceRecovered())
                .put("kl_div_with_ablation", p.ablatedDivergence())
                .put("kl_div_with_sae", p.divergence());
        m.putObject("model_performance_preservation")
                .put("ce_loss_score", p.recovered())
                .put("ce_loss_with_ablation", p.ablated())
                .put("ce_loss_with_sae", p.spliced())
                .put("ce_loss_without_sae", p.clean());
        m.putObject("reconstruction_quality")
                .put("explained_variance", f.explainedVariance())
                .put("explained_variance_legacy", f.legacy())
                .put("mse", f.mse())
                .put("cossim", f.cosine());
        m.putObject("shrinkage")
                .put("l2_norm_in", f.normIn())
                .put("l2_norm_out", f.normOut())
                .put("l2_ratio", f.ratio())
                .put("relative_reconstruction_bias", f.bias());
        m.putObject("sparsity").put("l0", f.l0()).put("l1", f.l1());
        m.putObject("token_stats")
                .put("total_tokens_eval_reconstruction", p.tokens())
                .put("total_tokens_eval_sparsity_variance", f.tokens());
        Geometry g = Geometry.of(sae);
        m.putObject("misc_metrics")
                .put("freq_over_1_percent", f.denserThan(0.01))
                .put("freq_over_10_percent", f.denserThan(0.1))
                .put("normalized_freq_over_1_percent", f.activityDenserThan(0.01))
                .put("normalized_freq_over_10_percent", f.activityDenserThan(0.1))
                .put("average_max_encoder_cosine_sim", g.meanMaxEncoder())
                .put("average_max_decoder_cosine_sim", g.meanMaxDecoder())
                .put("frac_alive", 1 - f.dead() / (double) sae.latents());
        ObjectNode config = JSON.objectNode();
        config.put("model_name", model).put("llm_dtype", "float32").put("context_size", context);
        ObjectNode out = result("core", config, m, features(f, g));
        out.putObject("eval_result_unstructured")
                .put("explained_variance_sae_bench_0_6_0", f.saeBench())
                .put("positions_left_out", "the first of each text, and outliers of ten times the median norm");
        return out;
    }

    private ArrayNode features(Fidelity.Scores f, Geometry g) {
        ArrayNode all = JSON.arrayNode();
        for (int i = 0; i < sae.latents(); i++)
            all.addObject()
                    .put("index", i)
                    .put("feature_density", rounded(f.density()[i]))
                    .put("consistent_activation_heuristic", rounded(f.consistency()[i]))
                    .put("encoder_bias", rounded(g.encoderBias()[i]))
                    .put("encoder_norm", rounded(g.encoderNorm()[i]))
                    .put("encoder_decoder_cosine_sim", rounded(g.between()[i]))
                    .put("max_decoder_cosine_sim", rounded(g.maxDecoder()[i]))
                    .put("max_encoder_cosine_sim", rounded(g.maxEncoder()[i]));
        return all;
    }

    private static double rounded(double value) {
        return Double.isFinite(value) ? Math.rint(value * DIGITS) / DIGITS : 0;
    }

    /** Sparse probing in the manner of sae-probes, task by task. */
    public ObjectNode probes(
            Map<String, List<SparseProbe.Result>> tasks, Map<String, List<SparseProbe.Result>> channels, int examples) {
        ObjectNode m = JSON.objectNode();
        m.putObject("llm");
        ObjectNode means = m.putObject("sae");
        ArrayNode details = JSON.arrayNode();
        tasks.forEach((task, results) -> {
            ObjectNode detail = details.addObject().put("dataset_name", task);
            ObjectNode byK = detail.putObject("sae_metrics_by_k");
            for (SparseProbe.Result r : results) put(byK, r.k(), r.accuracy(), r.auc(), r.f1());
        });
        ObjectNode byK = JSON.objectNode();
        for (int k : tasks.values().stream()
                .flatMap(r -> r.stream().map(SparseProbe.Result::k))
                .distinct()
                .toList()) {
            put(
                    byK,
                    k,
                    ModelProbes.mean(tasks, k, SparseProbe.Result::accuracy),
                    ModelProbes.mean(tasks, k, SparseProbe.Result::auc),
                    ModelProbes.mean(tasks, k, SparseProbe.Result::f1));
            if (List.of(1, 2, 5, 10).contains(k)) {
                means.put("sae_top_" + k + "_test_accuracy", ModelProbes.mean(tasks, k, SparseProbe.Result::accuracy));
                means.put("sae_top_" + k + "_test_auc", ModelProbes.mean(tasks, k, SparseProbe.Result::auc));
                means.put("sae_top_" + k + "_test_f1", ModelProbes.mean(tasks, k, SparseProbe.Result::f1));
            }
        }
        ObjectNode config = JSON.objectNode();
        config.put("model_name", model).put("reg_type", "l1").put("setting", "normal");
        ObjectNode out = result("sparse_probing_sae_probes", config, m, details);
        out.set("sae_metrics_by_k", byK);
        ObjectNode more = out.putObject("eval_result_unstructured").put("examples_per_task", examples);
        ObjectNode residual = more.putObject("residual_channels_test_auc_by_k");
        for (int k : SparseProbe.KS)
            if (!channels.isEmpty())
                residual.put(Integer.toString(k), ModelProbes.mean(channels, k, SparseProbe.Result::auc));
        return out;
    }

    private static void put(ObjectNode byK, int k, double accuracy, double auc, double f1) {
        byK.putObject(Integer.toString(k))
                .put("test_accuracy", accuracy)
                .put("test_auc", auc)
                .put("test_f1", f1);
    }

    /** Absorption of first letters. */
    public ObjectNode absorption(Absorption.Scores s, int words) {
        List<Absorption.Concept> all = s.concepts();
        ObjectNode m = JSON.objectNode();
        m.putObject("mean")
                .put("mean_absorption_fraction_score", s.fraction().orElse(Double.NaN))
                .put("mean_full_absorption_score", s.full().orElse(Double.NaN))
                .put("mean_num_split_features", s.splits().orElse(Double.NaN))
                .put(
                        "std_dev_absorption_fraction_score",
                        sd(all.stream().mapToDouble(c -> c.fraction()).toArray()))
                .put(
                        "std_dev_full_absorption_score",
                        sd(all.stream().mapToDouble(c -> c.full()).toArray()))
                .put(
                        "std_dev_num_split_features",
                        sd(all.stream().mapToDouble(c -> c.split().length).toArray()));
        ArrayNode details = JSON.arrayNode();
        for (Absorption.Concept c : all)
            details.addObject()
                    .put("first_letter", LETTERS.substring(c.number(), c.number() + 1))
                    .put("mean_absorption_fraction", c.fraction())
                    .put("full_absorption_rate", c.full())
                    .put("num_full_absorption", (int) Math.round(c.full() * c.positives()))
                    .put("num_probe_true_positives", c.positives())
                    .put("num_split_features", c.split().length);
        ObjectNode config = JSON.objectNode();
        config.put("model_name", model);
        ObjectNode out = result("absorption_first_letter", config, m, details);
        out.putObject("eval_result_unstructured").put("words", words);
        return out;
    }

    private static double sd(double[] values) {
        return SampleMean.of(values.length == 0 ? new double[] {0} : values).sd();
    }

    /** Shape of the weights, latent by latent. */
    private record Geometry(
            double[] encoderBias, double[] encoderNorm, double[] between, double[] maxDecoder, double[] maxEncoder) {
        static Geometry of(InferenceSae sae) {
            try (var scope = Scope.open()) {
                Map<String, Tensor> tensors = sae.tensors();
                Tensor decoder = sae.decoder().weight();
                Tensor held = tensors.get("W_enc");
                Tensor encoder = held == null ? decoder : held.transpose(0, 1).contiguous();
                Tensor bias = tensors.getOrDefault("b_enc", tensors.get("b_mag"));
                return new Geometry(
                        bias == null ? new double[sae.latents()] : bias.doubles(),
                        encoder.square().sum(1).sqrt().doubles(),
                        unit(encoder).mul(unit(decoder)).sum(1).doubles(),
                        Neighbours.closest(decoder),
                        Neighbours.closest(encoder));
            }
        }

        private static Tensor unit(Tensor rows) {
            return rows.div(rows.square().sum(1).scaledRoot(1, 1e-12));
        }

        double meanMaxEncoder() {
            return Arrays.stream(maxEncoder).average().orElse(0);
        }

        double meanMaxDecoder() {
            return Arrays.stream(maxDecoder).average().orElse(0);
        }
    }
}
