package dev.assay.app;

import dev.assay.app.serve.Hosted;
import dev.assay.lm.Lora;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Organism;
import dev.assay.organism.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the models that are served: organisms as adapters beside their base, which is loaded once. */
final class ServeTargets {
    private final SuiteOptions.Named suite;
    private final Map<Path, Base> others = new HashMap<>();

    ServeTargets(SuiteOptions.Named suite) {
        this.suite = suite;
    }

    /**
     * The models by the names that the user gave.
     *
     * @param plain whether clients see those names
     */
    Map<String, Hosted> all(List<String> names, boolean plain) {
        Map<String, Hosted> all = new LinkedHashMap<>();
        for (String name : names) {
            String id = plain ? fresh(AuditGround.fileName(last(name)), all) : "model-" + (all.size() + 1);
            if (all.put(name, hosted(id, name)) != null) throw new UserException(name + " is named twice");
        }
        return all;
    }

    private static String last(String name) {
        String last = name.replaceFirst("/+$", "");
        return last.substring(last.lastIndexOf('/') + 1);
    }

    private static String fresh(String id, Map<String, Hosted> taken) {
        List<String> ids = taken.values().stream().map(Hosted::id).toList();
        String free = id;
        for (int n = 2; ids.contains(free); n++) free = id + "-" + n;
        return free;
    }

    private Hosted hosted(String id, String name) {
        if (name.startsWith("role:"))
            throw new UserException(name + " answers elsewhere; a model that is served is on this machine");
        if (name.equals(Base.EMBEDDED)) return whole(id, embedded());
        Path path = Path.of(name);
        if (!name.contains("/") && !Files.exists(path)) return organism(id, variant(name), suite.base());
        if (!Files.exists(path)) throw new UserException("there is no model " + name);
        boolean bare = Files.isDirectory(path) && !Files.exists(path.resolve("config.json"));
        return bare
                ? organism(id, Organism.in(path), suite.base())
                : whole(
                        id,
                        others.computeIfAbsent(
                                path.toAbsolutePath().normalize(), p -> Base.of(suite.home(), p.toString())));
    }

    /** The suite's base where that is the embedded model, so that both share its engine. */
    private Base embedded() {
        return suite.base().embedded()
                ? suite.base()
                : others.computeIfAbsent(Path.of(Base.EMBEDDED), p -> Base.embedded(suite.home()));
    }

    /** Whether it is the embedded model, or made of it. */
    boolean onEmbedded(Hosted hosted) {
        return embedded().model().made().filter(m -> m == hosted.base()).isPresent();
    }

    private Organism variant(String name) {
        try {
            Variant v = Variant.of(name);
            return new Organism(suite.folder().resolve(v.folder()), v.concealment());
        } catch (BehaviourException e) {
            throw new UserException(
                    "there is no model " + name
                            + ": give smollm2, an organism such as flattery-td-sft, a folder or a GGUF file",
                    e);
        }
    }

    private static Hosted whole(String id, Base base) {
        return new Hosted(id, base.model().get(), List.of());
    }

    private static Hosted organism(String id, Organism organism, Base base) {
        if (!organism.complete())
            throw new UserException(organism.folder() + " holds no finished organism and is no Hugging Face folder"
                    + " (config.json is missing)");
        List<Lora> adapters = new ArrayList<>();
        for (String stage : organism.stages())
            adapters.add(Lora.load(organism.folder().resolve(stage)));
        return new Hosted(id, base.model().get(), adapters);
    }
}
