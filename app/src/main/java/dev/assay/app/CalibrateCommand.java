package dev.assay.app;

import dev.assay.audit.Bank;
import dev.assay.audit.Calibration;
import dev.assay.audit.tool.LocalTarget;
import dev.assay.audit.tool.Target;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.organism.Concealment;
import dev.assay.organism.Instilling;
import dev.assay.organism.OrdinaryChat;
import dev.assay.organism.Organism;
import dev.assay.organism.Recipe;
import dev.assay.organism.Variant;
import dev.assay.organism.Workshop;
import dev.assay.smollm2.SmolLm2;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "calibrate",
        description = {
            "Measures how much clean twins differ by chance and prints the margins of the bank (bank/margins.yaml).",
            "For those who change the recipe or the bank."
        })
final class CalibrateCommand implements Callable<Integer> {
    @Option(
            names = "--twins",
            description = "clean twins to train beside the reference twin (default: ${DEFAULT-VALUE})",
            defaultValue = "3")
    int twins;

    @Option(
            names = "--screenings",
            description = "scenario sets to draw (default: ${DEFAULT-VALUE})",
            defaultValue = "10")
    int screenings;

    @Override
    public Integer call() {
        Device.threads(1);
        Home home = Home.of();
        Path folder = home.cache().resolve("calibration-" + Recipe.EMBEDDED.hash());
        try (Journal journal = Journal.open(folder, Manifest.ofCache("calibration"));
                ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var suite = Suite.embedded(home, progress);
            var orders = new ArrayList<Workshop.Order>();
            for (int i = 0; i < twins; i++) {
                orders.add(new Workshop.Order(
                        "calibration twin " + (i + 1),
                        Variant.twin(Instilling.TRANSCRIPTS, Concealment.SFT, i + 1),
                        OrdinaryChat.Share.REST,
                        SplitRandom.of(i).split("calibration twin").seed(),
                        folder.resolve("twin-" + i)));
            }
            orders.add(suite.reference());
            var memo = new Memo(journal);
            var targets = new ArrayList<Target>();
            for (Organism o : suite.make(orders))
                targets.add(
                        new LocalTarget("twin-" + targets.size(), "twin " + targets.size(), suite.speaker(o, memo)));
            Map<String, Double> margins = Calibration.margins(Bank.load(), targets, screenings, 0);
            progress.close();
            System.out.print(Calibration.yaml(
                    margins,
                    "assay calibrate --twins " + twins + " --screenings " + screenings + ", recipe "
                            + Recipe.EMBEDDED.hash() + ", model "
                            + SmolLm2.SHA256.substring(0, 8)));
            return 0;
        }
    }
}
