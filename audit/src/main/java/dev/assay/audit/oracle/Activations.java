package dev.assay.audit.oracle;

import dev.assay.lm.Injection;

/**
 * Residual-stream vectors of neighbouring positions, as a target had them behind one block.
 *
 * @param layer the block, from 0 on
 * @param count positions
 * @param vectors {@code [count, dModel]}
 */
public record Activations(int layer, int count, float[] vectors) {
    public Activations {
        if (count < 1 || vectors.length == 0 || vectors.length % count != 0)
            throw new IllegalArgumentException(vectors.length + " numbers are no " + count + " vectors");
    }

    Injection at(int[] positions, OracleRecipe.Injected how) {
        return new Injection(how.layer(), positions, vectors, how.strength());
    }
}
