package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.probe.Perturbation;
import dev.assay.sae.probe.ValidityPanel;
import dev.assay.world.World;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "validity",
        description = {
            "Holds metrics that are used on language models against the truth of a world: sparse probing, TPP and SCR of"
                    + " autoencoders and of controls whose worth is clear.",
            "A metric that can be trusted puts the oracle first, and those that know nothing last."
        })
final class SaeValidityCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", arity = "1..*", description = "run folders, or SAELens folders, of this world")
    List<Path> folders = List.of();

    @Option(
            names = "--world",
            completionCandidates = Candidates.Worlds.class,
            defaultValue = "small",
            description = "a preset or a folder (default: ${DEFAULT-VALUE})")
    String world = "small";

    @Option(names = "--samples", defaultValue = "20000", description = "default: ${DEFAULT-VALUE}")
    int samples;

    @Option(names = "--seed", defaultValue = "1", description = "of samples and tasks")
    long seed;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        WorldCommand.atLeast(2000, samples, "--samples");
        List<ValidityPanel.Row> rows = new ArrayList<>();
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                World loaded = new Worlds(Home.of(), progress).load(world)) {
            ValidityPanel.Plan standard = ValidityPanel.Plan.STANDARD;
            var panel = new ValidityPanel(
                    loaded,
                    new ValidityPanel.Plan(samples, standard.probes(), standard.groups(), standard.pairs()),
                    seed);
            List<SaeEvalCommand.Subject> subjects = SaeEvalCommand.subjects(folders);
            int all = 3 + 2 * subjects.size();
            progress.at("panel, rows", 0, all);
            rows.add(panel.oracle());
            int latents = 0;
            double l0 = 0;
            for (SaeEvalCommand.Subject s : subjects)
                try (InferenceSae sae = SaeLensFolder.read(s.folder()).sae()) {
                    ValidityPanel.Row row = panel.row(s.name(), sae);
                    rows.add(row);
                    rows.add(panel.permuted(s.name(), sae));
                    latents = sae.latents();
                    l0 = row.scores().getOrDefault("l0", 1.0);
                    progress.at("panel, rows", rows.size(), all);
                }
            rows.add(1, panel.bestK(Math.max(1, (int) Math.round(l0))));
            rows.add(panel.random(latents));
            rows.add(panel.randomMatched(latents, l0));
            progress.at("panel, rows", all, all);
        }
        print(rows);
        System.err.println("assay: warning: tpp and scr are " + Perturbation.WARNING);
        return 0;
    }

    private void print(List<ValidityPanel.Row> rows) throws JsonProcessingException {
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            rows.forEach(r -> all.put(r.name(), r.scores()));
            ModelCommand.print(all);
            return;
        }
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("world " + world));
        head.addAll(rows.getFirst().scores().keySet());
        table.add(head);
        for (ValidityPanel.Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.name()));
            head.stream()
                    .skip(1)
                    .forEach(score -> cells.add(
                            SaeText.number(row.scores().getOrDefault(score, Double.NaN), score.equals("l0") ? 1 : 3)));
            table.add(cells);
        }
        System.out.print(TextTable.right(table));
    }
}
