package dev.assay.research;

import dev.assay.stats.SplitRandom;
import java.util.Optional;

/** Who has the ideas. */
public interface Researcher {
    String name();

    /**
     * The next idea, from what the workspace remembers; empty if there is none left. Nobody waits meanwhile: whether the
     * idea is still free is asked when it is claimed.
     *
     * @throws NoProposal if none came of it this time
     */
    Optional<Proposal> propose(Memory memory, SplitRandom random);
}
