package dev.assay.audit.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * A plan with the models that it is carried out on; in the suite's folder as {@value #FILE}.
 *
 * @param subjects one for each target, in the plan's order
 */
public record Suite(SuitePlan plan, List<Subject> subjects) {
    /** The name of the file. */
    public static final String FILE = "suite.json";

    public Suite {
        subjects = List.copyOf(subjects);
    }

    /** All runs, in the order in which they are begun: every cell once, then every cell a second time. */
    public List<PlannedRun> runs() {
        var runs = new ArrayList<PlannedRun>();
        for (int number = 1; number <= plan.runs(); number++)
            for (Subject subject : subjects)
                for (double dose : plan.doses())
                    for (String tool : plan.tools()) runs.add(PlannedRun.of(plan, subject, tool, dose, number));
        return runs;
    }

    /** The suite of a folder. {@link SuiteException} if it has none. */
    public static Suite read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file))
            throw new SuiteException(
                    folder + " is no suite: it has no " + FILE + ", which assay audit suite FILE writes");
        try {
            JsonNode tree = CanonicalJson.parse(Files.readAllBytes(file));
            List<Subject> subjects = StreamSupport.stream(tree.path("subjects").spliterator(), false)
                    .map(s -> CanonicalJson.value(s, Subject.class))
                    .toList();
            return new Suite(SuitePlan.of(tree.path("plan")), subjects);
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new SuiteException(
                    file + " is damaged (" + e.getMessage()
                            + "): run assay audit suite FILE again, which writes it anew",
                    e);
        }
    }

    /** Names of targets that an earlier plan has too, where they or their references were other models. */
    public List<String> changedSince(Suite earlier) {
        Map<String, Subject> were = new HashMap<>();
        for (Subject s : earlier.subjects) were.put(s.target(), s);
        return subjects.stream()
                .filter(s -> were.containsKey(s.target()) && !s.equals(were.get(s.target())))
                .map(Subject::target)
                .toList();
    }

    /** Writes it where it is not written already. Runs that the folder has and the plan wants are not done again. */
    public void write(Path folder) {
        byte[] bytes = CanonicalJson.pretty(Map.of("plan", plan.tree(), "subjects", subjects));
        AtomicFile.write(folder.resolve(FILE), bytes);
    }
}
