package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Compares finished runs: means over seeds with intervals; the first run's recipe is the base.")
final class SaeCompareCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", arity = "1..*", description = "run folders")
    List<Path> folders = List.of();

    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    @Option(names = "--report", paramLabel = "DIR", description = "write DIR/report.html with plots")
    @Nullable
    Path report;

    @Option(names = "--markdown", paramLabel = "FILE", description = "write a page with tables")
    @Nullable
    Path markdown;

    @Override
    public Integer call() throws JsonProcessingException {
        SaeComparison comparison = SaeFolders.comparison(folders);
        if (markdown != null)
            AtomicFile.write(
                    markdown,
                    SaeMarkdown.of(comparison, "./assay sae compare RUN...").getBytes(StandardCharsets.UTF_8));
        if (report != null) SaeReport.write(comparison, report);
        if (json) System.out.println(new ObjectMapper().writeValueAsString(comparison.json()));
        else System.out.print(SaeTable.of(comparison));
        return 0;
    }
}
