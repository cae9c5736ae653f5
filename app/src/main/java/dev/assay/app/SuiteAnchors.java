package dev.assay.app;

import dev.assay.audit.AuditRecord;

/** Where the runs of a suite stand in its report. */
final class SuiteAnchors {
    private static final String CLEAN = "clean twins";

    private SuiteAnchors() {}

    /** The line of the table to which a run belongs: its target's behaviour, or that it has none. */
    static String row(AuditRecord r) {
        return row(r.target());
    }

    static String row(String target) {
        return target.startsWith("twin-") ? CLEAN : AuditTable.behaviour(target);
    }

    static boolean clean(String row) {
        return row.equals(CLEAN);
    }

    static String tool(String tool) {
        return "runs-" + slug(tool);
    }

    /** Where it stands what a tool shows without an agent. */
    static String shown(String tool) {
        return "static-" + slug(tool);
    }

    static String cell(String tool, String row) {
        return tool(tool) + "--" + slug(row);
    }

    private static String slug(String name) {
        return name.replaceAll("[^A-Za-z0-9]+", "-");
    }
}
