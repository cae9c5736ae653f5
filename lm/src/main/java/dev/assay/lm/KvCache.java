package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The numbers of all {@link KvBlock}s of a device decoder: for each layer, on its device, keys and values {@code [kvHead,
 * slot, headDim]}, in which position p of a block is slot {@code number · BLOCK + p}. It grows with the blocks that are in
 * use, layer by layer, so that what is copied is never held twice as a whole.
 */
final class KvCache implements AutoCloseable {
    /** Positions of a block. */
    static final int BLOCK = 16;

    private static final int FEWEST = 64;

    private final ModelConfig config;
    private final DType type;
    private final List<Device> devices; // of the layers
    private final Tensor[] keys;
    private final Tensor[] values;
    private int blocks; // that there is room for

    KvCache(ModelConfig config, DType type, List<Device> devices) {
        this.config = config;
        this.type = type;
        this.devices = devices;
        this.keys = new Tensor[devices.size()];
        this.values = new Tensor[devices.size()];
        try (var scope = Scope.open()) {
            for (int l = 0; l < keys.length; l++) {
                keys[l] = scope.keep(zeros(l, 0));
                values[l] = scope.keep(zeros(l, 0));
            }
        }
    }

    private Tensor zeros(int layer, int room) {
        return Tensor.zeros(type, devices.get(layer), config.kvHeads(), (long) room * BLOCK, config.headDim());
    }

    /** Bytes of a block in one layer. */
    private long layerBytes() {
        return 2L * BLOCK * config.kvHeads() * config.headDim() * type.bytes();
    }

    /** Bytes of a block in all layers. */
    long blockBytes() {
        return devices.size() * layerBytes();
    }

    /** Half of what is free: on the device that has least for its layers. Empty where devices don't tell. */
    OptionalLong standardCeiling() {
        Map<Device, Integer> layers = new HashMap<>();
        devices.forEach(d -> layers.merge(d, 1, Integer::sum));
        return layers.entrySet().stream()
                .filter(e -> e.getKey().freeMemory().isPresent())
                .mapToLong(e -> e.getKey().freeMemory().getAsLong() / 2 / e.getValue() * devices.size())
                .min();
    }

    /** Makes room for so many blocks. */
    void reach(int wanted) {
        if (wanted <= blocks) return;
        int room = Math.max(wanted, Math.max(FEWEST, 2 * blocks));
        for (int l = 0; l < keys.length; l++) {
            keys[l] = grown(keys[l], l, room);
            values[l] = grown(values[l], l, room);
        }
        blocks = room;
    }

    private Tensor grown(Tensor before, int layer, int room) {
        try (var scope = Scope.open()) {
            Tensor after = scope.keep(zeros(layer, room));
            after.narrow(1, 0, before.size(1)).setInPlace(before);
            before.close();
            return after;
        }
    }

    /** Where a sequence has a position. */
    static long slot(KvBlock[] blocks, int position) {
        return (long) blocks[position / BLOCK].number * BLOCK + position % BLOCK;
    }

    /**
     * Stores keys and values.
     *
     * @param slots {@code [n]}
     * @param key {@code [n, kvHead, headDim]}, and so the values
     */
    void put(int layer, Tensor slots, Tensor key, Tensor value) {
        keys[layer].setInPlace(1, slots, key.transpose(0, 1));
        values[layer].setInPlace(1, slots, value.transpose(0, 1));
    }

    /** The keys of some slots {@code [n]}: {@code [kvHead, n, headDim]}. */
    Tensor keys(int layer, Tensor slots) {
        return keys[layer].indexSelect(1, slots);
    }

    /** The values, as {@link #keys}. */
    Tensor values(int layer, Tensor slots) {
        return values[layer].indexSelect(1, slots);
    }

    @Override
    public void close() {
        for (Tensor t : keys) t.close();
        for (Tensor t : values) t.close();
    }
}
