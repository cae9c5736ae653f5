package dev.assay.stats;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A claim that holds only if each of its parts does, for example "the effect is there, <em>and</em> it is larger
 * than the shadow's, <em>and</em> larger under the trigger than without it".
 *
 * <p>Its null is the union of the parts' nulls. Under it at least one part's null is true, and the minimum of the
 * parts' e-values is at most that part's: so the minimum is an e-value, anytime valid as the parts are, and the
 * number of parts costs nothing (intersection-union test: Berger 1982; with e-values: Vovk and Wang 2021).
 *
 * <p>The parts may depend on one another in any way, and may have seen different numbers of observations; feed each
 * through {@link #part}. Not thread-safe.
 */
public final class IntersectionUnion {

    private final Map<String, BettingTest> parts;

    private IntersectionUnion(Map<String, BettingTest> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("an intersection-union test needs at least one part");
        }
        this.parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /**
     * A claim of these named parts, in the order of the map.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static IntersectionUnion of(Map<String, BettingTest> parts) {
        return new IntersectionUnion(parts);
    }

    /**
     * The part of this name.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public BettingTest part(String name) {
        BettingTest part = parts.get(name);
        if (part == null) {
            throw new IllegalArgumentException("no part '" + name + "'; there are " + parts.keySet());
        }
        return part;
    }

    /** All parts by name; the map can't be changed, its tests can be fed. */
    public Map<String, BettingTest> parts() {
        return parts;
    }

    /** The name of the part with the least evidence (the first such), that is where the next scenario is best spent. */
    public String weakest() {
        return parts.entrySet().stream()
                .min(Comparator.comparingDouble(e -> e.getValue().logE()))
                .orElseThrow()
                .getKey();
    }

    /** The smallest e-value of the parts. */
    public double eValue() {
        return Math.exp(logE());
    }

    /** The natural logarithm of {@link #eValue()}. */
    public double logE() {
        return part(weakest()).logE();
    }
}
