package dev.assay.app;

import dev.assay.audit.oracle.Accuracy;
import dev.assay.audit.oracle.OracleCard;
import dev.assay.audit.oracle.OracleRecipe;
import dev.assay.audit.oracle.OracleTraining;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.organism.Speaker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "oracle",
        description = {
            "Trains an activation oracle, an adapter that answers questions about activations of the model that it is made"
                    + " of, and measures it on questions that it never saw (docs/tools.md).",
            "Stopped at any moment and started again, it goes on."
        })
final class OracleCommand implements Callable<Integer> {
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "its folder")
    Path out = Path.of("");

    @Option(
            names = "--model",
            completionCandidates = Candidates.Models.class,
            paramLabel = "MODEL",
            defaultValue = Base.EMBEDDED,
            description = "what it is made of: smollm2 (default), a Hugging Face folder or a GGUF file")
    String model = Base.EMBEDDED;

    @Option(
            names = "--recipe",
            completionCandidates = Candidates.Recipes.class,
            paramLabel = "RECIPE",
            defaultValue = "embedded",
            description = "embedded (default), published, or a YAML file like those")
    String recipe = "embedded";

    @Option(names = "--json", description = "print its card as JSON")
    boolean json;

    @Override
    public Integer call() {
        OracleRecipe numbers = OracleRecipe.of(recipe);
        Base base = Base.of(Home.of(), model);
        OracleCard card;
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                Journal journal = Journal.open(out.resolve("texts"), Manifest.ofCache("oracle"))) {
            var speaker = new Speaker(base.hash(), base.model(), new Memo(journal), Suite.BATCH, progress);
            card = OracleTraining.of(numbers, speaker, progress).train(out);
        }
        if (json) System.out.println(CanonicalJson.tree(card));
        else System.out.print(text(card));
        return 0;
    }

    private static String text(OracleCard card) {
        var rows = new ArrayList<>(List.of(List.of("held-out questions", "right", "chance", "other activations")));
        for (Accuracy a : card.accuracies())
            rows.add(List.of(
                    a.set(),
                    a.right().toString(),
                    String.format(Locale.ROOT, "%.2f", a.chance()),
                    a.swapped().toString()));
        String verdict = card.doubt()
                .map(why -> "Not to be believed: " + why + ".")
                .or(() ->
                        card.doubtInAudits().map(why -> "To be believed on the whole, but not in audits: " + why + "."))
                .orElse("To be believed.");
        return TextTable.left(rows) + "\n" + verdict + "\n";
    }
}
