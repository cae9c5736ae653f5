package dev.assay.research;

import dev.assay.sae.Scorer;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Tensor;
import dev.assay.world.World;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The hash of the code that scores: of everything that a score passes through. */
final class CodeHash {
    private static final Map<Class<?>, String> KNOWN = new ConcurrentHashMap<>();

    private CodeHash() {}

    /** Of an evaluator's main class and the modules that it rests on. */
    static String of(Class<?> evaluator) {
        return KNOWN.computeIfAbsent(evaluator, main -> {
            var all = new StringBuilder(main.getName());
            for (Class<?> part :
                    List.of(main, Evaluator.class, Scorer.class, World.class, SplitRandom.class, Tensor.class))
                all.append(' ').append(ofHome(part));
            return Hashes.of(Workspace.utf8(all.toString()));
        });
    }

    private static String ofHome(Class<?> c) {
        try {
            Path home = Path.of(
                    c.getProtectionDomain().getCodeSource().getLocation().toURI());
            return Files.isDirectory(home)
                    ? Hashes.ofTree(home, f -> f.toString().endsWith(".class"))
                    : Hashes.of(home);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
