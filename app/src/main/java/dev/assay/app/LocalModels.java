package dev.assay.app;

import dev.assay.chat.LocalModel;
import dev.assay.organism.Lazy;
import dev.assay.organism.Organism;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Finds the model that a role of provider {@code local} names: {@code smollm2}, an organism's folder, a Hugging Face
 * folder or a GGUF file. Its identity is a hash of what it is computed from.
 */
final class LocalModels implements Function<String, LocalModel> {
    private final Home home = Home.of();
    private final Base embedded = Base.embedded(home);

    @Override
    public LocalModel apply(String name) {
        if (name.equals(Base.EMBEDDED)) return local(embedded);
        Path path = Path.of(name);
        if (!Files.exists(path))
            throw new UserException("there is no model " + name
                    + ": give smollm2, an organism's folder, a Hugging Face folder or a GGUF file");
        boolean bare = Files.isDirectory(path) && !Files.exists(path.resolve("config.json"));
        return bare ? organism(path) : local(Base.of(home, name));
    }

    private static LocalModel local(Base base) {
        return new LocalModel(base.id(), base.model());
    }

    private LocalModel organism(Path folder) {
        Organism organism = Organism.in(folder);
        if (!organism.complete())
            throw new UserException(
                    folder + " is no Hugging Face folder (config.json is missing) and holds no finished organism");
        return new LocalModel(
                organism.id(embedded.hash()),
                new Lazy<>(() -> organism.load(embedded.model().get())));
    }
}
