package dev.assay.lm;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * The memory of all sequences' keys and values, in blocks, under a ceiling. Blocks of a prompt can be found again by what
 * they hold, so that a beginning that many sequences have in common is computed once; those that nobody uses any more are
 * kept until their memory is needed. For one thread.
 */
final class KvPool {
    private final long blockBytes;
    private final IntConsumer room;
    private final IntFunction<KvBlock> maker;
    private final int ceiling;
    private final Map<Beginning, KvBlock> known = new HashMap<>();
    private final Map<KvBlock, Beginning> names = new HashMap<>();
    private final LinkedHashMap<KvBlock, Beginning> idle = new LinkedHashMap<>(); // the longest unused first
    private final ArrayDeque<KvBlock> free = new ArrayDeque<>();
    private volatile int made;

    /**
     * What a block holds: these tokens after another beginning. Two are equal if they follow the very same one.
     *
     * @param before the beginning before, or the adapters of a first one
     */
    record Beginning(Object before, int[] tokens) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Beginning b && b.before == before && Arrays.equals(b.tokens, tokens);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(before) + Arrays.hashCode(tokens);
        }
    }

    /**
     * A pool of blocks.
     *
     * @param blockBytes of a block's keys and values
     * @param room makes room for so many blocks; may fail
     * @param maker makes block number so and so
     */
    KvPool(long blockBytes, long ceilingBytes, IntConsumer room, IntFunction<KvBlock> maker) {
        this.blockBytes = blockBytes;
        this.room = room;
        this.maker = maker;
        this.ceiling = (int) Math.clamp(ceilingBytes / blockBytes, 1, Integer.MAX_VALUE);
    }

    long blockBytes() {
        return blockBytes;
    }

    /** The most blocks that can be in use at once. */
    int ceiling() {
        return ceiling;
    }

    /** Blocks that could be taken now. */
    int available() {
        return ceiling - made + free.size() + idle.size();
    }

    /** Bytes of the blocks in use and of those kept. */
    long bytes() {
        return made * blockBytes();
    }

    /** The block that holds this, if there is one; it is then used by one sequence more. */
    Optional<KvBlock> find(Beginning beginning) {
        Optional<KvBlock> found = Optional.ofNullable(known.get(beginning));
        found.ifPresent(block -> {
            idle.remove(block);
            block.references++;
        });
        return found;
    }

    /** What a published block holds, as it was published. */
    Beginning name(KvBlock block) {
        return Objects.requireNonNull(names.get(block));
    }

    /** Makes room for so many more, of those available. Where this fails, nothing is taken. */
    void prepare(int blocks) {
        room.accept(Math.min(ceiling, made + blocks));
    }

    /** A block with arbitrary content, for which there is room; {@link #available} says whether there is one. */
    KvBlock take() {
        if (free.isEmpty() && made >= ceiling) evict();
        KvBlock block = free.poll();
        if (block == null) return maker.apply(made++);
        block.references = 1;
        return block;
    }

    private void evict() {
        Iterator<Map.Entry<KvBlock, Beginning>> oldest = idle.entrySet().iterator();
        if (!oldest.hasNext()) throw new IllegalStateException("no memory for keys and values is left");
        KvBlock block = oldest.next().getKey();
        oldest.remove();
        forget(block);
        free.add(block);
    }

    private void forget(KvBlock block) {
        Beginning name = names.remove(block);
        if (name != null) known.remove(name);
    }

    /** A block that can be found by others from now on; the caller computes it. */
    KvBlock publish(Beginning beginning) {
        KvBlock block = take();
        known.put(beginning, block);
        names.put(block, beginning);
        return block;
    }

    /**
     * Lets a block that is computed be found by what it holds, unless another one with this is found already.
     *
     * @return the name of the one that is found
     */
    Beginning publish(KvBlock computed, Beginning beginning) {
        Beginning own = names.get(computed);
        if (own != null) return own;
        KvBlock other = known.putIfAbsent(beginning, computed);
        if (other != null) return name(other);
        names.put(computed, beginning);
        return beginning;
    }

    /** Lets nothing be found any more. */
    void forget() {
        free.addAll(idle.keySet());
        idle.clear();
        known.clear();
        names.clear();
    }

    /** Takes a use away; a block that can be found is kept for later. */
    void release(KvBlock block) {
        if (--block.references > 0) return;
        Beginning name = names.get(block);
        if (name == null) free.add(block);
        else idle.put(block, name);
    }
}
