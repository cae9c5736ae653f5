package dev.assay.app.serve;

import java.util.UUID;

/** What goes wrong and is nobody's fault but the server's: its log has all of it, the client a number to ask about. */
final class Faults {
    private Faults() {}

    /** As it is told to the client; what is no refusal yet goes to stderr. */
    static Refusal of(Throwable fault) {
        if (fault instanceof Refusal refusal) return refusal;
        String number = UUID.randomUUID().toString().substring(0, 8);
        System.err.println("assay serve: error " + number);
        fault.printStackTrace();
        return Refusal.of(500, "internal_error", "something went wrong here; the server's log has it as " + number);
    }
}
