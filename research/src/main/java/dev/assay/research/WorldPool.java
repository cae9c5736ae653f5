package dev.assay.research;

import dev.assay.world.World;
import dev.assay.world.WorldConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** Instances of worlds, made when first asked for; the least lately asked for are given up. */
final class WorldPool implements AutoCloseable {
    private static final int MOST = 16;

    private final WorldFamily family;
    private final Map<String, World> worlds = new LinkedHashMap<>(16, 0.75f, true);

    WorldPool(WorldFamily family) {
        this.family = family;
    }

    static WorldConfig config(WorldFamily family, Draw draw) {
        return java.util.stream.Stream.concat(family.development().stream(), family.heldOut().stream())
                .filter(m -> m.name().equals(draw.member()))
                .findFirst()
                .orElseThrow(
                        () -> new ResearchException("the family " + family.name() + " has no world " + draw.member()))
                .instance(draw.world());
    }

    /** Not to be closed; not more than {@value #MOST} in use at a time. */
    synchronized World of(Draw draw) {
        String key = draw.member() + " " + draw.world();
        World known = worlds.get(key);
        if (known != null) return known;
        World made = World.build(config(family, draw), (step, steps, loss) -> {});
        worlds.put(key, made);
        if (worlds.size() > MOST) {
            String oldest = worlds.keySet().iterator().next();
            World gone = worlds.remove(oldest);
            if (gone != null) gone.close();
        }
        return made;
    }

    @Override
    public synchronized void close() {
        worlds.values().forEach(World::close);
        worlds.clear();
    }
}
