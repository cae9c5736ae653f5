package dev.assay.audit.petri;

/**
 * A move and its reason.
 *
 * @param why in the auditor's words; may be empty
 */
public record Step(Move move, String why) {}
