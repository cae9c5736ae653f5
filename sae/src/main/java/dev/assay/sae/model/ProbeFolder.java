package dev.assay.sae.model;

import dev.assay.sae.SaeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The data folder of the Python package sae-probes (0.4.2: {@code sae_probes/data}): a table of all data sets, and one
 * table of texts and targets each, as CSV compressed with zstd.
 */
public record ProbeFolder(Path folder) {
    private static final String MASTER = "probing_datasets_MASTER.csv.zst";
    private static final String BINARY = "Binary Classification";

    /** Rows of a task that the benchmark reads. */
    static final int READ = 5000;

    /** @throws SaeException if it is no such folder; the folder of the package itself will do */
    public static ProbeFolder of(Path folder) {
        for (Path at : List.of(folder, folder.resolve("data"), folder.resolve("sae_probes/data")))
            if (Files.exists(at.resolve(MASTER))) return new ProbeFolder(at);
        throw new SaeException(folder + " is not the data folder of sae-probes: it has no " + MASTER
                + ". The package brings it: pip download --no-deps sae-probes==0.4.2, unzip the wheel, give"
                + " sae_probes/data");
    }

    /**
     * A binary task.
     *
     * @param name number and tag, as sae-probes writes it: {@code 5_hist_fig_ismale}
     */
    public record Task(String name, Path file) {
        /** Its texts and targets; the target's values are two. */
        public CsvTable table() {
            return CsvTable.read(file);
        }
    }

    /** The binary tasks, in the table's order. */
    public List<Task> tasks() {
        return tasks(type -> type.equals(BINARY));
    }

    private List<Task> tasks(Predicate<String> wanted) {
        CsvTable master = CsvTable.read(folder.resolve(MASTER));
        List<String> types = master.column("Data type");
        List<String> files = master.column("Dataset save name");
        var tasks = new ArrayList<Task>();
        for (int i = 0; i < types.size(); i++) {
            if (!wanted.test(types.get(i)) || files.get(i).isBlank()) continue;
            String file = files.get(i);
            String name = file.substring(file.indexOf('/') + 1).replaceAll("\\.csv$", "");
            tasks.add(new Task(name, folder.resolve(file + ".zst")));
        }
        return tasks;
    }

    /**
     * Texts that no task of the benchmark reads, data set by data set, none twice.
     *
     * @param least shorter ones are left out, in characters
     */
    public Stream<List<String>> unread(int least) {
        Set<String> seen = new HashSet<>();
        for (Task task : tasks())
            task.table().column("prompt").stream().limit(READ).forEach(seen::add);
        return tasks(type -> true).stream()
                .filter(t -> Files.exists(t.file()))
                .map(t -> t.table().column("prompt").stream()
                        .filter(p -> p.length() >= least && seen.add(p))
                        .toList())
                .filter(texts -> !texts.isEmpty());
    }
}
