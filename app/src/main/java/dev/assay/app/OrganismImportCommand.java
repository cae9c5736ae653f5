package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.organism.PublishedAdapters;
import dev.assay.organism.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Takes AuditBench's published adapters into a suite, so that they are measured and audited as one's own.",
            "They are PEFT folders named BASE_(transcripts_only|synth_docs_only)[_then_redteam_(high|kto)]_BEHAVIOUR."
        })
final class OrganismImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "folder that the adapters' folders lie in")
    Path from = Path.of(".");

    @Mixin
    OrganismCommand.Where where = new OrganismCommand.Where();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (!Files.isDirectory(from)) throw new UserException("there is no folder " + from);
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            Pocket pocket = where.pocket(progress);
            Map<Variant, Path> found = PublishedAdapters.in(from);
            List<String> names = new ArrayList<>();
            found.forEach((variant, adapter) -> {
                PublishedAdapters.copy(adapter, pocket.organism(variant));
                names.add(variant.name());
            });
            progress.close();
            if (json)
                ModelCommand.print(
                        Map.of("imported", names, "folder", pocket.folder().toString()));
            else names.forEach(System.out::println);
        }
        return 0;
    }
}
