package dev.assay.research;

import dev.assay.research.Slot.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The slots of the grammar, with numbers that fit a protocol's width, k and length. */
final class Slots {
    static final String ARCHITECTURE = "architecture";
    static final String LEVELS = "levels";
    static final String REFINEMENT = "refinement";
    static final String START_K = "initial-k";
    static final String AUX = "aux";

    private final Protocol p;
    private final long steps;

    private Slots(Protocol protocol) {
        this.p = protocol;
        this.steps = protocol.samples() / protocol.batch();
    }

    static List<Slot> of(Protocol protocol) {
        var slots = new Slots(protocol);
        List<Slot> all = new ArrayList<>();
        all.add(slots.architecture());
        all.addAll(slots.levels());
        all.addAll(slots.refinement());
        all.addAll(slots.sparsity());
        all.addAll(slots.learningRate());
        all.addAll(slots.loss());
        all.addAll(slots.dead());
        all.addAll(slots.data());
        return all;
    }

    private Slot architecture() {
        String k = String.valueOf(Math.max(1, Math.round(p.k())));
        String tuned = "{coefficient: 1, target-l0: " + number(p.k()) + "}";
        String jump = "architecture: jumprelu; threshold: 1; decoder-norm: 0.5; training.normalise: true; ";
        return slot(
                ARCHITECTURE,
                "choice of latents",
                "another way to choose latents",
                "a choice per sample or a learned threshold may follow the data better than one cut through the batch",
                List.of(),
                value("topk", "architecture: topk; aux: topk; k: " + k),
                value("topk, unscaled", "architecture: topk; aux: topk; rescale: false; k: " + k),
                value("jumprelu, step", jump + "mode: step; bandwidth: 1; penalty: " + tuned),
                value("jumprelu, tanh", jump + "mode: tanh; bandwidth: 2; penalty: " + tuned),
                value(
                        "jumprelu, quadratic",
                        jump + "mode: quadratic; bandwidth: 1; target: " + number(p.k())
                                + "; penalty: {coefficient: 1}"),
                value("gated", "architecture: gated; penalty: " + tuned),
                value("L1", "architecture: standard; penalty: " + tuned),
                value("matching pursuit", "architecture: matching-pursuit; iterations: " + k));
    }

    private List<Slot> levels() {
        String family = "nested dictionaries";
        return List.of(
                slot(
                        LEVELS,
                        family,
                        "prefixes of latents that must reconstruct on their own",
                        "a small prefix has room for the frequent features alone, so parents are not split among children",
                        List.of(),
                        widths(16, 4),
                        widths(4),
                        widths(2),
                        widths(8, 2),
                        widths(16, 4, 2),
                        widths(32, 8, 2),
                        widths(64, 16, 4),
                        widths(32, 16, 8, 4, 2)),
                slot(
                        "levels.detached",
                        family,
                        "gradients of a level stay with the latents that the level adds",
                        "later levels then do not bend earlier latents to their own ends",
                        List.of(LEVELS),
                        value("detached", "levels.detached: true")),
                slot(
                        "levels.order",
                        family,
                        "what latents are ordered by before prefixes are cut",
                        "which latents are frequent is not known at the start; an order by use lets the data say it",
                        List.of(LEVELS),
                        value("frequency", "levels.order: frequency"),
                        value("squared magnitude", "levels.order: squared-magnitude")),
                slot(
                        "levels.weight",
                        family,
                        "how much inner levels weigh",
                        "inner levels hedge against each other when they weigh as much as the whole",
                        List.of(LEVELS),
                        value("1/4", "levels.weight: 0.25"),
                        value("1/2", "levels.weight: 0.5"),
                        value("2", "levels.weight: 2")));
    }

    private List<Slot> refinement() {
        String family = "encoder";
        return List.of(
                slot(
                        REFINEMENT,
                        family,
                        "encode the residual of a first choice and choose again",
                        "what a first choice leaves unexplained tells latents apart that superposition has mixed",
                        List.of(),
                        refined(1, 0.1),
                        refined(1, 0.2),
                        refined(1, 0.3),
                        refined(1, 0.5),
                        refined(2, 0.15),
                        refined(2, 0.3),
                        refined(3, 0.2)),
                slot(
                        "refinement.learned",
                        family,
                        "learn the size of the correction",
                        "the best size may change as the dictionary gets better",
                        List.of(REFINEMENT),
                        value("learned", "refinement.learned: true")),
                slot(
                        "refinement.blocked",
                        family,
                        "no gradient to latents that the last choice dropped",
                        "a latent that was dropped should not be trained on a sample that it is not in",
                        List.of(REFINEMENT),
                        value("blocked", "refinement.blocked: true")));
    }

    private List<Slot> sparsity() {
        String family = "sparsity schedule";
        return List.of(
                slot(
                        START_K,
                        family,
                        "start with another number of active latents and go to the wanted one",
                        "many active latents early give every latent a gradient; few at the end make it choose",
                        List.of(),
                        startK(0.5),
                        startK(1.5),
                        startK(2.4),
                        startK(4),
                        startK(6)),
                slot(
                        "k-share",
                        family,
                        "reach the wanted number earlier",
                        "latents then have time to settle at the number they are used with",
                        List.of(START_K),
                        value("over 1/4 of training", "k-share: 0.25"),
                        value("over 1/2 of training", "k-share: 0.5"),
                        value("over 3/4 of training", "k-share: 0.75")),
                slot(
                        "k-shape",
                        family,
                        "the shape of that way",
                        "a way that is slow at its end changes the choice less while the rate is small",
                        List.of(START_K),
                        value("cosine", "k-shape: cosine"),
                        value("exponential", "k-shape: exponential")));
    }

    private List<Slot> learningRate() {
        String family = "learning-rate schedule";
        return List.of(
                slot(
                        "decay",
                        family,
                        "let the learning rate fall to 0 at the end",
                        "small last steps average out the noise of batches",
                        List.of(),
                        value("over the last 1/10", "training.decay-share: 0.1"),
                        value("over the last 1/3", "training.decay-share: 0.3333"),
                        value("over the last 1/2", "training.decay-share: 0.5"),
                        value("from the start", "training.decay-share: 1")),
                slot(
                        "warm-up",
                        family,
                        "raise the learning rate slowly at the start",
                        "Adam's first steps go by the sign of noise",
                        List.of(),
                        warmUp(0.01),
                        warmUp(0.05),
                        warmUp(0.1)));
    }

    private List<Slot> loss() {
        String family = "loss";
        return List.of(
                slot(
                        "tilt",
                        family,
                        "weigh samples with a large error more",
                        "rare features are in the samples that are reconstructed badly",
                        List.of(),
                        value("0.002", "tilt: 0.002"),
                        value("0.02", "tilt: 0.02"),
                        value("0.2", "tilt: 0.2"),
                        value("1", "tilt: 1")),
                slot(
                        "centred-target",
                        family,
                        "compare the reconstruction with the centred input",
                        "the decoder's bias is then pulled to half of the mean, which changes what latents carry",
                        List.of(),
                        value("centred", "centred-target: true")));
    }

    private List<Slot> dead() {
        String family = "dead latents";
        String window = "training.dead-window: " + Math.max(1, steps / 20);
        return List.of(
                slot(
                        AUX,
                        family,
                        "train latents that have not fired for long on the residual",
                        "a latent that never fires finds no feature",
                        List.of(),
                        value("on the whole residual", "aux: topk; " + window),
                        value("on the residual of their level", "aux: levels; " + window)),
                slot(
                        "aux-coefficient",
                        family,
                        "how much that weighs",
                        "at full size the revival of the dead may disturb the living",
                        List.of(AUX),
                        value("0.1", "aux-coefficient: 0.1"),
                        value("0.3", "aux-coefficient: 0.3"),
                        value("3", "aux-coefficient: 3")),
                slot(
                        "dead-window",
                        family,
                        "after how many steps a latent counts as dead",
                        "an early revival catches latents before the others have taken all features",
                        List.of(AUX),
                        value("1/50 of training", "training.dead-window: " + Math.max(1, steps / 50)),
                        value("1/10 of training", "training.dead-window: " + Math.max(1, steps / 10)),
                        value("1/4 of training", "training.dead-window: " + Math.max(1, steps / 4))));
    }

    private List<Slot> data() {
        return List.of(
                slot(
                        "batch",
                        "steps and numbers",
                        "other batches at the same number of samples",
                        "smaller batches take more steps, larger ones choose latents with more to compare",
                        List.of(),
                        batch(0.25),
                        batch(0.5),
                        batch(2),
                        batch(4)),
                slot(
                        "normalise",
                        "steps and numbers",
                        "bring inputs to a common mean norm",
                        "step sizes then fit the data whatever its scale",
                        List.of(),
                        value("mean norm √d", "training.normalise: true")),
                slot(
                        "precision",
                        "steps and numbers",
                        "choose latents on bf16 products",
                        "the noise of rounding may keep the choice from getting stuck",
                        List.of(),
                        value("bf16", "training.precision: bf16")));
    }

    private Value widths(int... parts) {
        List<Integer> widths = IntStream.of(parts)
                .map(part -> Math.max(1, p.latents() / part))
                .distinct()
                .boxed()
                .toList();
        return value("prefixes " + widths, "levels.widths: " + widths);
    }

    private static Value refined(int times, double eta) {
        return value(
                times + " × " + number(eta), "refinement.iterations: " + times + "; refinement.eta: " + number(eta));
    }

    private Value startK(double factor) {
        double start = Math.min(p.latents(), factor * p.k());
        return value("from " + number(factor) + " k", "initial-k: " + number(start));
    }

    private Value warmUp(double share) {
        return value(
                "over " + number(100 * share) + " %", "training.warm-up-steps: " + Math.max(1, (long) (steps * share)));
    }

    private Value batch(double factor) {
        long size = Math.max(1, Math.min(p.samples(), Math.round(p.batch() * factor)));
        return value("batches of " + size, "training.batch: " + size);
    }

    private static Value value(String name, String fields) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String field : fields.split("; ")) {
            int at = field.indexOf(": ");
            map.put(field.substring(0, at), field.substring(at + 2));
        }
        return new Value(name, map);
    }

    /** Values that come to the same at this width are one. */
    private static Slot slot(String id, String family, String title, String why, List<String> needs, Value... values) {
        Map<Map<String, String>, Value> distinct = new LinkedHashMap<>();
        for (Value v : values) distinct.putIfAbsent(v.fields(), v);
        return new Slot(id, family, title, why, needs, List.copyOf(distinct.values()));
    }

    static String number(double x) {
        return new BigDecimal(x, new MathContext(8)).stripTrailingZeros().toPlainString();
    }
}
