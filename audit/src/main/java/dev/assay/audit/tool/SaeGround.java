package dev.assay.audit.tool;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.sae.model.ModelSae;
import dev.assay.sae.model.Pieces;
import dev.assay.sae.model.TextFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An autoencoder, and ordinary texts on which its features are looked up: how often they are active, and where.
 *
 * @param texts files and folders as {@link TextFiles} takes them; none, and the fixed questions are all that features are
 *     known by
 * @param pieces of them that are read, 256 tokens each
 */
public record SaeGround(ModelSae sae, List<Path> texts, int pieces) {
    /** A hundred thousand positions. */
    public static final int PIECES = 400;

    private static final int CONTEXT = 256;

    public SaeGround {
        texts = List.copyOf(texts);
    }

    public SaeGround(ModelSae sae, List<Path> texts) {
        this(sae, texts, PIECES);
    }

    /** The pieces in tokens of a model. */
    List<int[]> sample(LanguageModel model) {
        if (texts.isEmpty()) return List.of();
        List<int[]> all = Pieces.of(TextFiles.tokens(texts, model), CONTEXT).training();
        return all.subList(0, Math.min(pieces, all.size()));
    }

    /** What tells it from others: autoencoder, texts and their number. */
    String id() {
        var parts = new ArrayList<Object>(List.of(sae.id(), pieces));
        try {
            for (Path file : texts.isEmpty() ? List.<Path>of() : TextFiles.files(texts))
                parts.add(CanonicalJson.sha256(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + texts + ": " + e.getMessage(), e);
        }
        return CanonicalJson.sha256(parts).substring(0, 16);
    }
}
