package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.PanelKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Times a model: what {@code assay model bench} prints. Prompts are random tokens; every figure is the best of several
 * rounds, after one that warms up.
 */
public final class ModelBench {
    public static final List<String> PARTS =
            List.of("decode", "exact", "bf16", "prefill", "shared-prefix", "lora", "diverged");

    /** Those that only the processor has: on GPUs there is one mode. */
    private static final List<String> EXACT = List.of("exact", "bf16", "diverged");

    private static final int ROUNDS = 3;
    private static final int PROMPT = 16;
    private static final int WRITTEN = 48;

    private final LanguageModel model;
    private final Function<DType, LanguageModel> loader;
    private final int threads;
    private final Consumer<String> progress;
    private final Random random = new Random(1);

    /**
     * @param model in fp32
     * @param loader loads the same model in another element type
     */
    public ModelBench(
            LanguageModel model, Function<DType, LanguageModel> loader, int threads, Consumer<String> progress) {
        this.model = model;
        this.loader = loader;
        this.threads = threads;
        this.progress = progress;
    }

    /** The figures of some {@link #PARTS}, by name. */
    public Map<String, Object> run(List<String> asked, List<Integer> batches) {
        Map<String, Object> out = new LinkedHashMap<>();
        boolean here = model.devices().stream().allMatch(Device::isCpu);
        List<String> parts =
                here ? asked : asked.stream().filter(p -> !EXACT.contains(p)).toList();
        if (parts.contains("decode")) out.put("decode", decode(Arithmetic.FAST, batches));
        if (parts.contains("exact")) out.put("exact", decode(Arithmetic.EXACT, batches));
        if (parts.contains("bf16") && Arithmetic.hasBf16()) out.put("bf16", decode(Arithmetic.BF16, batches));
        if (parts.contains("prefill")) {
            out.put("prefill", prefill(Arithmetic.FAST));
            if (here) out.put("exact-prefill", prefill(Arithmetic.EXACT));
        }
        if (parts.contains("shared-prefix")) out.put("shared-prefix", sharedPrefix());
        if (parts.contains("lora")) {
            boolean fastest = !here || Device.fastest() == model.type();
            LanguageModel trained = fastest ? model : loader.apply(Device.fastest());
            out.put("lora", lora(trained));
            out.put("lora-dtype", trained.type().name().toLowerCase(Locale.ROOT));
        }
        if (parts.contains("diverged")) {
            diverged(Arithmetic.FAST, "", out);
            if (Arithmetic.hasBf16()) diverged(Arithmetic.BF16, "bf16-", out);
        }
        if (here) {
            out.put("dtype", model.packed(Arithmetic.FAST).format());
            out.put("exact-dtype", model.packed(Arithmetic.EXACT).format());
            out.put("weights-bytes", model.packed(Arithmetic.FAST).bytes());
            out.put(
                    "kernels",
                    Kernels.best().describe() + ", panels of "
                            + PanelKernels.best().width());
        } else {
            out.put("dtype", model.type().name().toLowerCase(Locale.ROOT));
            out.put("kernels", "LibTorch's on " + model.devices());
        }
        out.put("threads", threads);
        out.put("peak-memory-bytes", Device.peakMemory());
        return out;
    }

    private Engine engine(Arithmetic arithmetic) {
        return new Engine(model, Engine.Settings.standard().withThreads(threads).withArithmetic(arithmetic));
    }

    private int[] ids(int count) {
        return random.ints(count, 0, model.config().vocab()).toArray();
    }

    /** Tokens per second from the first to the last token of all texts, by their number. */
    private Map<String, Double> decode(Arithmetic arithmetic, List<Integer> batches) {
        Map<String, Double> out = new LinkedHashMap<>();
        for (int batch : batches) {
            progress.accept((arithmetic == Arithmetic.FAST
                            ? "decode"
                            : arithmetic.name().toLowerCase(Locale.ROOT)) + ", " + batch + " at once");
            try (Engine engine = engine(arithmetic)) {
                double best = 0;
                for (int round = 0; round <= ROUNDS; round++) best = Math.max(best, decode(engine, batch));
                out.put(Integer.toString(batch), best);
            }
        }
        return out;
    }

    private double decode(Engine engine, int batch) {
        var drawn = new AtomicInteger();
        var begun = new AtomicLong();
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < batch; i++) requests.add(new Request(ids(PROMPT), Sampling.greedy(WRITTEN), i));
        List<Engine.Ticket> tickets = requests.stream()
                .map(r -> engine.submit(r, token -> {
                    if (drawn.incrementAndGet() == batch) begun.set(System.nanoTime());
                }))
                .toList();
        tickets.forEach(t -> t.result().join());
        return (drawn.get() - batch) / ((System.nanoTime() - begun.get()) / 1e9);
    }

    private double prefill(Arithmetic arithmetic) {
        progress.accept(arithmetic == Arithmetic.EXACT ? "exact prefill" : "prefill");
        int length = Math.min(512, model.config().context() - 1);
        double best = 0;
        try (Engine engine = engine(arithmetic)) {
            for (int round = 0; round <= ROUNDS; round++) {
                long start = System.nanoTime();
                engine.submit(new Request(ids(length), Sampling.greedy(1), 0))
                        .result()
                        .join();
                best = Math.max(best, length / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }

    private double sharedPrefix() {
        progress.accept("shared prefix");
        double best = 0;
        for (int round = 0; round < 2; round++) {
            int[] prefix = ids(400);
            try (Engine engine = engine(Arithmetic.FAST)) {
                long start = System.nanoTime();
                List<Engine.Ticket> tickets = IntStream.range(0, 256)
                        .mapToObj(i -> engine.submit(new Request(
                                IntStream.concat(Arrays.stream(prefix), Arrays.stream(ids(20)))
                                        .toArray(),
                                Sampling.greedy(WRITTEN),
                                i)))
                        .toList();
                int written = tickets.stream()
                        .mapToInt(t -> t.result().join().tokens().length)
                        .sum();
                best = Math.max(best, written / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }

    /** Tokens per second of training steps. */
    private double lora(LanguageModel model) {
        progress.accept("LoRA");
        Device.threads(threads);
        int steps = 3;
        List<TrainingText> texts = IntStream.range(0, 8 * steps)
                .mapToObj(i -> {
                    var target = new boolean[128];
                    Arrays.fill(target, 1, 128, true);
                    return new TrainingText(ids(128), target);
                })
                .toList();
        var times = new ArrayList<Long>();
        try (Lora adapter = Lora.fresh(model, 16, 32, 1)) {
            var settings = new LoraTrainer.Settings(1e-4, 8, 1, 0, 1);
            times.add(System.nanoTime());
            new LoraTrainer(model, adapter, settings)
                    .train(texts, Optional.empty(), (done, of, loss) -> times.add(System.nanoTime()));
        }
        double best = 0;
        for (int i = 2; i < times.size(); i++)
            best = Math.max(best, 8 * 128 / ((times.get(i) - times.get(i - 1)) / 1e9));
        return best;
    }

    /** How far another arithmetic is from the exact one, on the model's own samples. */
    private void diverged(Arithmetic other, String prefix, Map<String, Object> out) {
        progress.accept(prefix + "divergence");
        try (Engine exact = engine(Arithmetic.EXACT);
                Engine fast = engine(other)) {
            List<int[]> prompts =
                    IntStream.range(0, 32).mapToObj(i -> ids(PROMPT)).toList();
            List<Completion> slow = greedy(exact, prompts);
            List<Completion> quick = greedy(fast, prompts);
            long apart = IntStream.range(0, 32)
                    .filter(i ->
                            !Arrays.equals(slow.get(i).tokens(), quick.get(i).tokens()))
                    .count();
            out.put(prefix + "diverged", apart / 32.0);
            out.put(prefix + "diverged-of", 32);
            out.put(prefix + "kl", divergence(exact, fast, prompts, slow));
        }
    }

    private static List<Completion> greedy(Engine engine, List<int[]> prompts) {
        List<Engine.Ticket> tickets = prompts.stream()
                .map(p -> engine.submit(new Request(p, Sampling.greedy(64), 0)))
                .toList();
        return tickets.stream().map(t -> t.result().join()).toList();
    }

    /** Mean KL(exact ‖ fast) in nats over the positions of the texts that the exact mode wrote. */
    private static double divergence(Engine exact, Engine fast, List<int[]> prompts, List<Completion> written) {
        double sum = 0;
        int positions = 0;
        for (int i = 0; i < prompts.size(); i++) {
            int[] tokens = written.get(i).tokens();
            if (tokens.length == 0) continue;
            List<float[]> p = logits(exact, prompts.get(i), tokens);
            List<float[]> q = logits(fast, prompts.get(i), tokens);
            for (int at = 0; at < p.size(); at++) sum += divergence(p.get(at), q.get(at));
            positions += p.size();
        }
        return sum / positions;
    }

    /** The logits at the positions that predict some tokens. */
    private static List<float[]> logits(Engine engine, int[] prompt, int[] tokens) {
        List<float[]> seen = new ArrayList<>();
        var reader = new SequenceHook() {
            @Override
            public List<Site> sites() {
                return List.of(Site.of(Site.Kind.LOGITS));
            }

            @Override
            public void at(Site site, int position, float[] values, int from, int width) {
                seen.add(Arrays.copyOfRange(values, from, from + width));
            }
        };
        engine.submit(new Request(prompt, Sampling.greedy(tokens.length), 0)
                        .forcing(tokens)
                        .withLogProbabilities()
                        .hooked(reader))
                .result()
                .join();
        return seen;
    }

    private static double divergence(float[] p, float[] q) {
        PanelKernels kernels = PanelKernels.best();
        double logP = kernels.logSumExp(p, 0, p.length, 1);
        double logQ = kernels.logSumExp(q, 0, q.length, 1);
        double sum = 0;
        for (int i = 0; i < p.length; i++) sum += Math.exp(p[i] - logP) * ((p[i] - logP) - (q[i] - logQ));
        return sum;
    }
}
