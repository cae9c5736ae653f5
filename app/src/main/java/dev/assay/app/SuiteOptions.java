package dev.assay.app;

import dev.assay.organism.Authors;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Judge;
import dev.assay.organism.Recipe;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A suite of organisms: where it lies, and what they are made of. */
class SuiteOptions {
    @Option(names = "--seed", defaultValue = "1", description = "of data and training (default: 1)")
    long seed;

    @Option(names = "--dir", paramLabel = "DIR", description = "folder (default: runs/organisms-SEED-RECIPE)")
    @Nullable
    Path folder;

    @Option(
            names = "--model",
            completionCandidates = Candidates.Models.class,
            paramLabel = "MODEL",
            defaultValue = Base.EMBEDDED,
            description = "what they are made of: smollm2 (default), a Hugging Face folder or a GGUF file")
    String model = Base.EMBEDDED;

    @Option(
            names = "--recipe",
            completionCandidates = Candidates.Recipes.class,
            paramLabel = "RECIPE",
            defaultValue = "embedded",
            description = "embedded (default), published, or a YAML file like those (docs/organisms.md)")
    String recipe = "embedded";

    /** What the options name. */
    record Named(Home home, Base base, Recipe recipe, Path folder) {}

    final Named named() {
        Home home = Home.of();
        Base base = Base.of(home, model);
        Recipe numbers = Recipe.of(recipe);
        Path standard = Path.of(Pocket.standard(seed, base, numbers) + suffix());
        return new Named(home, base, numbers, folder == null ? standard : folder);
    }

    /** What is added to the standard folder's name. */
    String suffix() {
        return "";
    }

    final Pocket pocket(ConsoleProgress progress) {
        return pocket(progress, named(), Optional.empty(), Judge::of, Judges.RULES);
    }

    /** With judges of a kind. */
    final Pocket pocket(ConsoleProgress progress, Judges judges) {
        return pocket(progress, named(), Optional.empty(), judges::of, judges.kind());
    }

    final Pocket pocket(
            ConsoleProgress progress,
            Named named,
            Optional<Authors> writing,
            Function<Behaviour, Judge> judges,
            String kind) {
        Device.threads(1);
        var suite = new Suite(named.home(), progress, named.base(), named.recipe(), writing, judges);
        return new Pocket(named.folder(), seed, suite, kind);
    }
}
