package dev.assay.audit.suite;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A model that a suite audits and what it is compared with.
 *
 * @param target its name
 * @param reference the other's
 * @param targetModel from what the model is made of: another model of the same name has another
 * @param referenceModel the same of the reference
 */
public record Subject(
        String target,
        String reference,
        @JsonProperty("target-model") String targetModel,
        @JsonProperty("reference-model") String referenceModel) {}
