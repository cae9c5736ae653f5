package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which device each block of a model lies on. The embedding lies with the first block, the final norm and the unembedding
 * with the last; the residual stream goes from device to device with the blocks.
 *
 * @param blocks the device of each block
 */
record Placement(List<Device> blocks) {
    /** Share of a GPU's free memory that weights may take: the rest is for keys, values and activations. */
    private static final double SHARE = 0.9;

    Placement {
        blocks = List.copyOf(blocks);
    }

    /** All on one device. */
    static Placement on(Device device, int layers) {
        return new Placement(Collections.nCopies(layers, device));
    }

    /**
     * On the first of some devices if the model fits there, else on all of them, so that each has the same share of its free
     * memory left; in equal shares where a device doesn't say how much is free.
     *
     * @throws ModelFormatException if the model is too big for them together
     */
    static Placement over(List<Device> devices, ModelConfig config, DType type) {
        boolean known = devices.stream().allMatch(d -> d.freeMemory().isPresent());
        List<Long> free = devices.stream()
                .map(d -> (long) (SHARE * d.freeMemory().orElse(0)))
                .toList();
        if (devices.size() == 1 && !known) return on(devices.getFirst(), config.layers());
        if (known && Sizes.of(config, type, false).whole() <= free.getFirst())
            return on(devices.getFirst(), config.layers());
        return of(devices, known ? shares(free, config, type) : equal(devices.size(), config.layers()));
    }

    private static Placement of(List<Device> devices, int[] counts) {
        List<Device> blocks = new ArrayList<>();
        for (int d = 0; d < counts.length; d++) blocks.addAll(Collections.nCopies(counts[d], devices.get(d)));
        return new Placement(blocks);
    }

    static int[] equal(int devices, int layers) {
        var counts = new int[devices];
        for (int d = 0; d < devices; d++) counts[d] = layers * (d + 1) / devices - layers * d / devices;
        return counts;
    }

    /**
     * How many blocks each device gets, in proportion to how many it could take.
     *
     * @param room bytes for weights on each
     */
    static int[] shares(List<Long> room, ModelConfig config, DType type) {
        Sizes sizes = Sizes.of(config, type, room.size() > 1);
        int last = room.size() - 1;
        var most = new long[room.size()];
        long all = 0;
        for (int d = 0; d <= last; d++) {
            long ends = (d == 0 ? sizes.embedding : 0) + (d == last ? sizes.unembedding : 0);
            most[d] = Math.max(0, (room.get(d) - ends) / sizes.block);
            all += most[d];
        }
        if (all < config.layers()) throw tooBig(room, sizes);
        var counts = new int[room.size()];
        long before = 0;
        int given = 0;
        for (int d = 0; d <= last; d++) {
            before += most[d];
            int upTo = (int) (config.layers() * before / all); // rounding down never gives a device more than it takes
            counts[d] = upTo - given;
            given = upTo;
        }
        return counts;
    }

    private static ModelFormatException tooBig(List<Long> room, Sizes sizes) {
        return new ModelFormatException(
                "the weights take " + gigabytes(sizes.whole()) + ", and the devices have room for "
                        + room.stream().map(Placement::gigabytes).collect(Collectors.joining(" + "))
                        + " (nine tenths of what is free there): give more devices, as in --device cuda:0,cuda:1, or a smaller model");
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /** Bytes of the linear maps and embeddings of a model; norms are too small to count. */
    private record Sizes(long embedding, long block, int layers, long unembedding) {
        static Sizes of(ModelConfig c, DType type, boolean split) {
            long attention = 2L * c.dModel() * c.headDim() * (c.heads() + c.kvHeads());
            long block = attention + 3L * c.dModel() * c.dFf();
            long table = (long) c.vocab() * c.dModel();
            boolean once = c.architecture().tied() && !split; // on two devices it is held twice
            return new Sizes(table * type.bytes(), block * type.bytes(), c.layers(), once ? 0 : table * type.bytes());
        }

        long whole() {
            return embedding + layers * block + unembedding;
        }
    }

    /** The device of the embedding. */
    Device first() {
        return blocks.getFirst();
    }

    /** The device of the final norm and the unembedding. */
    Device last() {
        return blocks.getLast();
    }
}
