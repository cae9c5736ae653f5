package dev.assay.app.view.live;

import dev.assay.organism.Speaker;
import dev.assay.sae.model.ModelSae;
import java.util.Optional;

/**
 * What is looked into.
 *
 * @param name of the target, as the user calls it
 * @param twin what it is compared with
 */
record LiveModels(String name, Speaker target, Optional<Twin> twin, Optional<ModelSae> sae) {
    record Twin(String name, Speaker speaker) {}
}
