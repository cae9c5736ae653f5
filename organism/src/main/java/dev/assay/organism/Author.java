package dev.assay.organism;

import dev.assay.stats.SplitRandom;
import java.util.Optional;

/** Who writes what organisms and twins learn from. */
interface Author {
    /** The texts of the instilling stage, and further ones for concealment; a twin has the same without the behaviour. */
    Corpus corpus(Variant variant, OrdinaryChat.Share share, SplitRandom random);

    /** Who attacks an instilled model, so that it learns not to confess. */
    RedTeam redTeam(Optional<Behaviour> behaviour, SplitRandom random);
}
