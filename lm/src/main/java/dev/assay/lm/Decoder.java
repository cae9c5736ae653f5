package dev.assay.lm;

import dev.assay.tensor.Device;
import dev.assay.tensor.Parallel;
import java.util.Optional;

/**
 * The forward pass of {@link Transformer} over rows instead of a padded batch: positions of prompts and of texts that are
 * being written go through the blocks together, each with the keys and values of its own sequence. For one thread.
 */
sealed interface Decoder extends AutoCloseable permits PanelDecoder, DeviceDecoder {
    /** The one for the devices that a model lies on. */
    static Decoder of(LanguageModel model, Optional<Arithmetic> arithmetic, Parallel team) {
        return model.devices().stream().allMatch(Device::isCpu)
                ? new PanelDecoder(model.packed(arithmetic.orElse(model.arithmetic())), team)
                : new DeviceDecoder(model);
    }

    /** Positions of a {@link KvBlock}. */
    int blockSize();

    /**
     * Memory of the keys and values of this model's sequences; a decoder has one.
     *
     * @param ceilingBytes most of it; 0 for the decoder's own choice
     */
    KvPool pool(long ceilingBytes);

    /** Takes back the memory that {@link #pool} gave, all of it unused, for a later decoder of the same weights. */
    default void keep(KvPool pool) {}

    /** What is attached to a model that has this decoder's weights. */
    Sides sides(LanguageModel attached);

    /**
     * Computes rows and stores their keys and values. A row may build on rows of the same call.
     *
     * @return logits {@code [row that wants them, vocab]}, in the rows' order; valid until the next call
     */
    float[] forward(Step step);

    /** Computes rows in the first blocks alone: for what hooks see there. */
    void forward(Step step, int blocks);

    @Override
    void close();
}
