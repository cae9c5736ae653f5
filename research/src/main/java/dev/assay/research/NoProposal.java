package dev.assay.research;

import java.util.Map;

/** A researcher was asked, and nothing came of it that could be tried. */
final class NoProposal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String session;
    private final transient Map<String, Object> asked;

    NoProposal(String session, String reason, Map<String, Object> asked) {
        super(reason);
        this.session = session;
        this.asked = Map.copyOf(asked);
    }

    String session() {
        return session;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    /** What it took, as the ledger keeps it. */
    Map<String, Object> asked() {
        return asked;
    }
}
