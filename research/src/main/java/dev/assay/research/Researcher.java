package dev.assay.research;

import dev.assay.stats.SplitRandom;
import java.util.Optional;

/** Who has the ideas. */
public interface Researcher {
    String name();

    /** The next idea, from what the workspace remembers; empty if there is none left. */
    Optional<Idea> propose(Memory memory, SplitRandom random);
}
