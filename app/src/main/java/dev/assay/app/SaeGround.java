package dev.assay.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.sae.Activations;
import dev.assay.sae.Encoded;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** What autoencoders are trained on: a world whose features are known, or a model at one of its sites. */
sealed interface SaeGround permits WorldGround, ModelGround {
    /** In tables and names of folders. */
    String name();

    /** What finished autoencoders are scored on, in words, where it has as many samples. */
    String scoredOn(long samples);

    /** All that decides what is trained on, but for the seed. */
    Map<String, Object> config();

    Open open(long seed, int threads, Worlds worlds, ConsoleProgress progress);

    /** The ground of one run. */
    interface Open extends AutoCloseable {
        Activations data();

        /**
         * Scores by name.
         *
         * @param encode the form that is scored
         * @param decoder its rows, {@code [latents, dModel]}
         * @param samples how many it is scored on, as far as there are so many
         * @param batch the trained form of BatchTopK chooses within batches of this size
         * @param last whether this is the form that counts, so that scores may take their time
         */
        Map<String, Double> scores(
                Function<Tensor, Encoded> encode, Tensor decoder, long samples, int batch, boolean last);

        /** Keeps what the last scores said of single latents, if anything. */
        void keepLatents(Tensor decoder, Path folder);

        /** What the saved autoencoder says of where it belongs. */
        ObjectNode metadata();

        @Override
        void close();
    }
}
