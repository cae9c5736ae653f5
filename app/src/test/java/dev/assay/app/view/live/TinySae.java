package dev.assay.app.view.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.lm.LanguageModel;
import dev.assay.sae.SaeDecoder;
import dev.assay.sae.SaeEncoder;
import dev.assay.sae.SaeInput;
import dev.assay.sae.SaeLensFolder;
import dev.assay.sae.StandardSae;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.Random;

/** An autoencoder of random directions after the second block of a model: a latent is what a direction and an activation share. */
public final class TinySae {
    private static final int LATENTS = 12;

    private TinySae() {}

    public static Path in(Path folder, LanguageModel model) {
        int width = model.config().dModel();
        var random = new Random(3);
        var rows = new float[LATENTS * width];
        for (int i = 0; i < rows.length; i++) rows[i] = (float) random.nextGaussian();
        try (var scope = Scope.open()) {
            Tensor decoder = Tensor.of(rows, LATENTS, width);
            SaeLensFolder.write(
                    folder,
                    new StandardSae(
                            SaeInput.AS_IS,
                            new SaeEncoder(
                                    decoder.transpose(0, 1).contiguous(), Tensor.of(new float[LATENTS], LATENTS)),
                            new SaeDecoder(decoder, Tensor.of(new float[width], width))),
                    JsonNodeFactory.instance.objectNode().put("hook_name", "blocks.1.hook_resid_post"));
        }
        return folder;
    }
}
