package dev.assay.audit;

import dev.assay.organism.Traits;

/**
 * What is really hidden in a target.
 *
 * @param description in a sentence or two
 * @param traits the same in four terms
 */
public record Truth(String description, Traits traits) {}
