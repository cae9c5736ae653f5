package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = "Copies an autoencoder to a folder as SAELens reads it (cfg.json, sae_weights.safetensors).")
final class SaeExportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", converter = AutoencoderFolder.class, description = SaeEvalCommand.FOLDERS)
    Path folder = Path.of("");

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to")
    Path out = Path.of("");

    @Option(names = "--half", description = "round the weights to F16: half of the size")
    boolean half;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        SaeEvalCommand.Subject subject =
                SaeEvalCommand.subjects(List.of(folder)).getFirst();
        SaeLensFolder.Checkpoint read = SaeLensFolder.read(subject.folder());
        try (InferenceSae sae = read.sae()) {
            if (half) SaeLensFolder.writeHalf(out, sae, read.metadata());
            else SaeLensFolder.write(out, sae, read.metadata());
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("folder", out.toString());
            facts.put("architecture", sae.architecture());
            facts.put("latents", sae.latents());
            facts.put("bytes", bytes(out));
            WorldCommand.print(facts, json);
        }
        return 0;
    }

    private static long bytes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(f -> f.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
        }
    }
}
