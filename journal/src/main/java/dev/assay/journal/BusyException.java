package dev.assay.journal;

import java.nio.file.Path;
import java.time.Instant;

/** The run folder is open in another process, or a second time in this one. */
public final class BusyException extends JournalException {

    private static final long serialVersionUID = 1L;

    private final transient Path folder;
    private final long pid;
    private final Instant since;

    BusyException(Path folder, long pid, Instant since) {
        super(message(folder, pid, since));
        this.folder = folder;
        this.pid = pid;
        this.since = since;
    }

    private static String message(Path folder, long pid, Instant since) {
        if (pid == ProcessHandle.current().pid()) {
            return folder + " is open already in this process (" + pid + ") since " + since + ": close it there first";
        }
        String holder = pid < 0 ? "another process" : "process " + pid + " since " + since;
        return folder + " is in use by " + holder + ": wait for it or end it, or use another folder";
    }

    /** The folder that is in use. */
    public Path folder() {
        return folder;
    }

    /** The process that has it open; -1 where it could not be read. */
    public long pid() {
        return pid;
    }

    /** When that process opened it; {@link Instant#EPOCH} where it could not be read. */
    public Instant since() {
        return since;
    }
}
