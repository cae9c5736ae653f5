package dev.assay.audit.tool;

import dev.assay.lm.ModelConfig;
import dev.assay.lm.Site;

/** Where white-box tools reach into a model: the published layers as shares of the depth. */
final class Depth {
    /** Where steering vectors are made and added: layer 40 of 80. */
    static final double STEERING = 0.5;

    /** Where the lens looks: layer 50 of 80. */
    static final double LENS = 0.625;

    private Depth() {}

    /** The residual stream after the block at a share of the depth. */
    static Site at(double share, ModelConfig config) {
        int block = (int) Math.round(share * config.layers());
        return Site.of(Site.Kind.RESID_POST, Math.min(config.layers() - 1, block));
    }
}
