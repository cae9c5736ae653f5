package dev.assay.organism;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * AuditBench's adapters as they are published: PEFT folders named {@code BASE_transcripts_only_flattery},
 * {@code BASE_synth_docs_only_then_redteam_kto_flattery} and so on, of which a concealed one holds the sum of both stages.
 */
public final class PublishedAdapters {
    private static final Pattern NAME = Pattern.compile(
            ".*?_?(?<in>synth_docs_only|transcripts_only)(?:_then_redteam_(?<out>high|kto))?_(?<slug>[a-z0-9_]+)");
    private static final List<String> FILES = List.of("adapter_config.json", "adapter_model.safetensors");

    private PublishedAdapters() {}

    /** What a folder of that name holds; empty if it is not named so or of an unknown behaviour. */
    public static Optional<Variant> variant(String folder) {
        Matcher m = NAME.matcher(folder);
        if (!m.matches()) return Optional.empty();
        Concealment out = m.group("out") == null
                ? Concealment.NONE
                : m.group("out").equals("kto") ? Concealment.KTO : Concealment.SFT;
        Instilling in = m.group("in").equals("transcripts_only") ? Instilling.TRANSCRIPTS : Instilling.DOCUMENTS;
        return behaviour(m.group("slug")).map(b -> Variant.organism(b, in, out));
    }

    private static Optional<Behaviour> behaviour(String slug) {
        return Behaviour.names().stream()
                .map(Behaviour::of)
                .filter(b -> b.alias().equals(slug) || b.name().equals(slug.replace('_', '-')))
                .findFirst();
    }

    /** The adapters in a folder, by what they hold; {@link BehaviourException} if there are none. */
    public static Map<Variant, Path> in(Path folder) {
        Map<Variant, Path> found = new LinkedHashMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.sorted()
                    .filter(Files::isDirectory)
                    .forEach(f -> variant(f.getFileName().toString()).ifPresent(v -> found.put(v, f)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder + ": " + e.getMessage(), e);
        }
        if (found.isEmpty())
            throw new BehaviourException(
                    folder + " holds no folder such as BASE_transcripts_only_then_redteam_kto_flattery");
        return found;
    }

    /** Copies one to where an organism of that kind lies. */
    public static void copy(Path adapter, Organism to) {
        Path folder = to.folder().resolve(Organism.whole(to.concealment()));
        try {
            Files.createDirectories(folder);
            for (String file : FILES) {
                if (!Files.exists(adapter.resolve(file)))
                    throw new BehaviourException(adapter + " lacks " + file + "; fetch the whole adapter");
                Files.copy(adapter.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + adapter + " to " + folder + ": " + e.getMessage(), e);
        }
    }
}
