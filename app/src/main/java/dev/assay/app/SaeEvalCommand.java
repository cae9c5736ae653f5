package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.Manifest;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.WorldData;
import dev.assay.sae.WorldScore;
import dev.assay.world.World;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "eval",
        description = {
            "Scores saved autoencoders: on a world against its true features, or, with --model, on a language model by"
                    + " what SAEBench measures.",
            "core (explained variance, cross-entropy and divergence recovered, sparsity), probes (sae-probes) and"
                    + " absorption can be trusted, in this order; tpp and scr cannot, and say so.",
            "Several run folders stand together where they differ in the seed alone, with the least difference between"
                    + " two of them that is more than noise."
        })
final class SaeEvalCommand implements Callable<Integer> {
    private static final int BATCH = 1024;

    static final String FOLDERS =
            "a run folder, a SAELens folder (cfg.json and sae_weights.safetensors), or smollm2: what comes with the embedded"
                    + " model";

    @Parameters(paramLabel = "FOLDER", arity = "1..*", converter = AutoencoderFolder.class, description = FOLDERS)
    List<Path> folders = List.of();

    @Option(names = "--world", defaultValue = "small", description = "a preset or a folder (default: ${DEFAULT-VALUE})")
    String world = "small";

    @Option(names = "--samples", defaultValue = "500000", description = "of the world (default: ${DEFAULT-VALUE})")
    long samples;

    @Mixin
    SaeModelOptions model = new SaeModelOptions();

    @Mixin
    SaeModelEvaluation.Options options = new SaeModelEvaluation.Options();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "writes results there as SAEBench does, one JSON a metric")
    @Nullable
    Path out;

    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    /** Something to be scored. */
    record Subject(String name, String group, Path folder) {}

    @Override
    public Integer call() throws JsonProcessingException {
        List<Subject> subjects = subjects(folders);
        if (model.model == null) return onWorld(subjects);
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            Map<Subject, Map<String, Double>> scores =
                    new SaeModelEvaluation(model, options, out, progress).scores(subjects);
            progress.close();
            print(evaluation(scores));
            SaeModelEvaluation.warnings(options).forEach(w -> System.err.println("assay: " + w));
        }
        return 0;
    }

    /** Run folders by what they ran, others by themselves. */
    static List<Subject> subjects(List<Path> folders) {
        List<Path> runs = new ArrayList<>();
        for (Path f : folders) if (isRun(run(f))) runs.add(run(f));
        Map<Path, String> labels = SaeFolders.labels(runs);
        List<Subject> subjects = new ArrayList<>();
        for (Path f : folders) {
            Path run = run(f);
            boolean known = isRun(run);
            Path sae = known ? run.resolve("sae") : f;
            String name = known ? String.valueOf(run.getFileName()) : String.valueOf(f.getFileName());
            subjects.add(new Subject(name, known ? labels.getOrDefault(run, name) : name, sae));
        }
        return subjects;
    }

    private static Path run(Path folder) {
        Path parent = folder.toAbsolutePath().getParent();
        return folder.endsWith("sae") && parent != null && isRun(parent) ? parent : folder;
    }

    private static boolean isRun(Path folder) {
        return Files.exists(folder.resolve(Manifest.FILE));
    }

    private int onWorld(List<Subject> subjects) throws JsonProcessingException {
        WorldCommand.atLeast(1, samples, "--samples");
        Map<Subject, Map<String, Double>> all = new LinkedHashMap<>();
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World loaded = new Worlds(Home.of(), progress).load(world);
                var data = new WorldData(loaded, 0, Runtime.getRuntime().availableProcessors())) {
            for (Subject s : subjects)
                try (InferenceSae sae = SaeLensFolder.read(s.folder()).sae()) {
                    Map<String, Double> scores = new LinkedHashMap<>();
                    WorldScore.of(sae, data, samples, BATCH)
                            .summary()
                            .forEach((name, value) -> scores.put(name, value.doubleValue()));
                    all.put(s, scores);
                }
        }
        if (subjects.size() > 1) {
            print(evaluation(all));
            return 0;
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("folder", folders.getFirst().toString());
        facts.put("world", world);
        facts.put("form", "inference");
        facts.putAll(all.values().iterator().next());
        WorldCommand.print(facts, json);
        return 0;
    }

    private static SaeEvaluation evaluation(Map<Subject, Map<String, Double>> scores) {
        Map<String, List<Map<String, Double>>> groups = new LinkedHashMap<>();
        scores.forEach((subject, s) ->
                groups.computeIfAbsent(subject.group(), g -> new ArrayList<>()).add(s));
        return new SaeEvaluation(groups);
    }

    private void print(SaeEvaluation evaluation) throws JsonProcessingException {
        if (json) System.out.println(new ObjectMapper().writeValueAsString(evaluation.json()));
        else System.out.print(evaluation.table());
    }
}
