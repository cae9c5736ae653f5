package dev.assay.app;

import dev.assay.audit.tool.Configuration;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Concealment;
import dev.assay.organism.Instilling;
import dev.assay.organism.Recipe;
import dev.assay.world.Presets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Names that a shell offers for an option or a parameter; they are looked up when its script is written. */
abstract class Candidates implements Iterable<String> {
    abstract List<String> names();

    @Override
    public final Iterator<String> iterator() {
        return names().iterator();
    }

    static final class Tools extends Candidates {
        @Override
        List<String> names() {
            return Configuration.all().stream().map(Configuration::slug).toList();
        }
    }

    static final class Behaviours extends Candidates {
        @Override
        List<String> names() {
            return Behaviour.names();
        }
    }

    /** Organisms of a suite by their names, whether they are built or not. */
    static final class Organisms extends Candidates {
        @Override
        List<String> names() {
            List<String> names = new ArrayList<>();
            for (String behaviour : Behaviour.names())
                for (Instilling in : Instilling.values())
                    for (Concealment out : Concealment.values())
                        names.add(behaviour + "-" + in.slug() + "-" + out.slug());
            return names;
        }
    }

    static final class Models extends Candidates {
        @Override
        List<String> names() {
            return List.of(Base.EMBEDDED);
        }
    }

    static final class Recipes extends Candidates {
        @Override
        List<String> names() {
            return Recipe.SHIPPED;
        }
    }

    static final class SaeRecipes extends Candidates {
        @Override
        List<String> names() {
            return dev.assay.sae.Recipes.NAMES;
        }
    }

    static final class Worlds extends Candidates {
        @Override
        List<String> names() {
            return Presets.all().stream().map(Presets.Preset::name).toList();
        }
    }
}
