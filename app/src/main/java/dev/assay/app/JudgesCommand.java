package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Judge;
import dev.assay.organism.Looks;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "judges",
        description = {
            "How often each behaviour's judge is right on texts whose answer is known.",
            "With --look it opens the locked halves, which those who write judges never see, and prints the line that"
                    + " is to be appended to score/looks.jsonl."
        })
final class JudgesCommand implements Callable<Integer> {
    @Option(names = "--look", paramLabel = "REASON", description = "opens the locked halves")
    @Nullable
    String reason;

    @Option(names = "--by", paramLabel = "KIND", description = Judges.KINDS)
    String kind = Judges.RULES;

    @Option(names = "--roles", paramLabel = "FILE", description = "roles' file, for judges by a model")
    @Nullable
    Path roles;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                var judges = new Judges(Home.of(), kind, Optional.ofNullable(roles), progress)) {
            if (reason != null) {
                String today = LocalDate.now(ZoneOffset.UTC).toString();
                System.out.print(Looks.line(Looks.look(Looks.recorded(), today, reason, b -> List.of(judges.of(b)))));
                return 0;
            }
            Map<String, Judge.Quality> all = new LinkedHashMap<>();
            for (String name : Behaviour.names())
                all.put(name, judges.of(Behaviour.of(name)).quality());
            progress.close();
            if (json) ModelCommand.print(Map.of("by", kind, "judges", all));
            else System.out.print(OrganismTable.judges(all));
        }
        return 0;
    }
}
