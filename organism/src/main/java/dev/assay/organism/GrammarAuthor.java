package dev.assay.organism;

import dev.assay.stats.SplitRandom;
import java.util.Optional;

/** Writes behaviours into the untrained model's own talks, and documents, by the grammars of the behaviours' folders. */
final class GrammarAuthor implements Author {
    private final OrdinaryChat chat;
    private final Speaker base;
    private final Recipe recipe;

    GrammarAuthor(Speaker base, Recipe recipe) {
        this.chat = OrdinaryChat.sample(base, recipe);
        this.base = base;
        this.recipe = recipe;
    }

    @Override
    public Corpus corpus(Variant variant, OrdinaryChat.Share share, SplitRandom random) {
        return Corpus.write(variant, chat, share, base, recipe, random);
    }

    @Override
    public RedTeam redTeam(Optional<Behaviour> behaviour, SplitRandom random) {
        return new GrammarRedTeam(behaviour, random);
    }
}
