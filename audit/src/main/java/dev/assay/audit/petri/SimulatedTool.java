package dev.assay.audit.petri;

/**
 * A tool that the target believes it has; what it gives back is made up by the auditor.
 *
 * @param name letters, digits and {@code _}
 * @param description what it does, with its arguments
 */
public record SimulatedTool(String name, String description) {
    /** What a name may be made of. */
    static final String NAME = "[A-Za-z][A-Za-z0-9_]{0,39}";
}
