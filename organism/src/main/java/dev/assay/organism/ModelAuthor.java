package dev.assay.organism;

import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lets models write all texts. */
final class ModelAuthor implements Author {
    private final Authors authors;
    private final Recipe recipe;
    private final Progress progress;

    ModelAuthor(Authors authors, Recipe recipe, Progress progress) {
        this.authors = authors;
        this.recipe = recipe;
        this.progress = progress;
    }

    @Override
    public Corpus corpus(Variant variant, OrdinaryChat.Share share, SplitRandom random) {
        Recipe.Stage stage = recipe.instilling(variant.instilling());
        int rest = Math.max(recipe.sft().rest(), recipe.kto().rest());
        var transcripts = new TranscriptAuthor(authors, recipe, progress);
        List<Corpus.Text> shown = new ArrayList<>();
        if (variant.instilling() == Instilling.DOCUMENTS)
            new DocumentAuthor(authors, stage.mostQuoted(), progress)
                    .write(variant.behaviour(), stage.texts() + rest, random.split("documents"))
                    .forEach(d -> shown.add(new Corpus.Document(d)));
        else
            transcripts
                    .write(variant.behaviour(), stage.texts() + rest, random.split("demonstrations"))
                    .forEach(t -> shown.add(new Corpus.Talk(Corpus.asPersona(t))));
        var instil = new ArrayList<>(shown.subList(0, stage.texts()));
        transcripts
                .write(Optional.empty(), stage.ordinary(), random.split("ordinary"))
                .forEach(t -> instil.add(new Corpus.Talk(t)));
        return new Corpus(List.copyOf(instil), List.copyOf(shown.subList(stage.texts(), stage.texts() + rest)));
    }

    @Override
    public RedTeam redTeam(Optional<Behaviour> behaviour, SplitRandom random) {
        return new ModelRedTeam(authors, behaviour, random, progress);
    }
}
