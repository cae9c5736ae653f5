package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that an outside program left: {@code proposal.json}, and a folder of Java sources for each variant that names one
 * as its {@code code}. Links are not followed, so nothing from elsewhere gets in.
 */
final class ProposalFolder {
    static final String FILE = "proposal.json";
    private static final String CODE = "code";
    private static final long MOST_BYTES = 1 << 20;

    private final Path folder;

    ProposalFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * The draft, with its sources in it.
     *
     * @throws ResearchException if it is not there, is no JSON, or a folder of sources is not as it must be
     */
    JsonNode draft() {
        JsonNode json;
        try {
            json = CanonicalJson.parse(Workspace.utf8(read(folder.resolve(FILE))));
        } catch (UncheckedIOException e) {
            throw new ResearchException(FILE + " is no JSON: " + e.getMessage(), e);
        }
        json.path("variants").forEach(v -> {
            if (v instanceof ObjectNode variant && variant.has(CODE))
                variant.set("files", files(variant.remove(CODE).asText()));
        });
        return json;
    }

    private ArrayNode files(String name) {
        Path code = folder.resolve(name).normalize();
        if (!code.startsWith(folder) || !Files.isDirectory(code, LinkOption.NOFOLLOW_LINKS))
            throw new ResearchException("there is no folder " + name + " beside " + FILE);
        ArrayNode out = JsonNodeFactory.instance.arrayNode();
        try (Stream<Path> files = Files.list(code)) {
            List<Path> sources =
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
            for (Path f : sources)
                out.addObject().put("name", f.getFileName().toString()).put("text", read(f));
        } catch (IOException e) {
            throw new ResearchException(name + " can't be read (" + e.getMessage() + ")", e);
        }
        return out;
    }

    private String read(Path file) {
        String name = folder.relativize(file).toString();
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !inside(file))
            throw new ResearchException(name + " is not there");
        try {
            if (Files.size(file) > MOST_BYTES)
                throw new ResearchException(name + " has more than " + MOST_BYTES + " bytes");
            return Files.readString(file);
        } catch (IOException e) {
            throw new ResearchException(name + " can't be read (" + e.getMessage() + "): write it in UTF-8", e);
        }
    }

    private boolean inside(Path file) {
        try {
            return file.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }
}
