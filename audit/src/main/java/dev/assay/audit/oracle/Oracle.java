package dev.assay.audit.oracle;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.Generator;
import dev.assay.lm.Lora;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A model that answers questions about the activations of models with the same base. */
public final class Oracle implements AutoCloseable {
    static final String ADAPTER = "adapter";
    /** Tokens of an answer: the published oracles write 20 to 50. */
    static final int LENGTH = 24;

    private static final int TEXTS = 48;

    private final Speaker base;
    private final Lora adapter;
    private final OracleRecipe recipe;
    private final OraclePrompt prompt;
    private final String id;

    Oracle(Speaker base, Lora adapter, OracleRecipe recipe) {
        this.base = base;
        this.adapter = adapter;
        this.recipe = recipe;
        this.prompt = new OraclePrompt(base.model(), recipe.injection());
        this.id = id(base, adapter, recipe);
    }

    /**
     * Reads an oracle that {@link OracleTraining} made.
     *
     * @param base the model that it was made of
     * @throws OracleException if there is none, or it was made of another model
     */
    public static Oracle load(Path folder, Speaker base) {
        OracleCard card = OracleCard.of(folder)
                .orElseThrow(() -> new OracleException(
                        folder + " holds no oracle: train one with \"assay audit oracle --out " + folder + "\""));
        String made = card.provenance().models().getOrDefault(OracleCard.BASE, "");
        if (!made.equals(base.id()))
            throw new OracleException(folder + ": the oracle was made of " + card.base() + " (" + made
                    + "), not of the model " + base.id() + " that it is asked with: train one for this model");
        return new Oracle(base, Lora.load(folder.resolve(ADAPTER)), card.recipe());
    }

    /** Identity of base, adapter and the way in which it is asked. */
    private static String id(Speaker base, Lora adapter, OracleRecipe recipe) {
        Map<String, Object> weights = new TreeMap<>();
        adapter.weights().forEach((name, w) -> weights.put(name, HexFormat.of().formatHex(sha(w.floats()))));
        return CanonicalJson.sha256(List.of(base.id(), weights, recipe.injection()))
                .substring(0, 16);
    }

    private static byte[] sha(float[] numbers) {
        var bytes = ByteBuffer.allocate(4 * numbers.length);
        for (float number : numbers) bytes.putFloat(number);
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes.array());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    public String id() {
        return id;
    }

    /** How activations go in. */
    public OracleRecipe recipe() {
        return recipe;
    }

    /** The likeliest answers to questions, each about its own activations; short ones. */
    public List<String> answers(List<Activations> about, List<String> questions) {
        return answers(about, questions, "oracle", Progress.NONE);
    }

    List<String> answers(List<Activations> about, List<String> questions, String what, Progress progress) {
        List<SplitRandom> unused = Collections.nCopies(questions.size(), SplitRandom.of(0));
        return answers(about, questions, Sampling.greedy(LENGTH), unused, what, progress);
    }

    /** Answers to questions, each about its own activations and from its own stream. */
    public List<String> answers(
            List<Activations> about,
            List<String> questions,
            Sampling sampling,
            List<SplitRandom> streams,
            String what,
            Progress progress) {
        if (about.size() != questions.size() || about.size() != streams.size())
            throw new IllegalArgumentException("%d questions need as many activations and streams, not %d and %d"
                    .formatted(questions.size(), about.size(), streams.size()));
        var requests = new ArrayList<Request>();
        for (int i = 0; i < questions.size(); i++)
            requests.add(prompt.ask(
                            about.get(i),
                            questions.get(i),
                            sampling,
                            streams.get(i).seed())
                    .under(List.of(adapter)));
        var settings = Engine.Settings.standard().withTexts(TEXTS).withThreads(base.workers());
        List<Completion> written = new Generator(base.model(), settings).generate(requests, new Generator.Listener() {
            private int finished;

            @Override
            public void done(int request, Completion completion) {
                progress.at(what, ++finished, requests.size());
            }
        });
        return written.stream().map(Completion::text).map(String::strip).toList();
    }

    @Override
    public void close() {
        adapter.close();
    }
}
