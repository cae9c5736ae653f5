package dev.assay.app;

import dev.assay.journal.AtomicFile;
import dev.assay.world.Presets;
import dev.assay.world.World;
import dev.assay.world.WorldConfig;
import dev.assay.world.WorldFolder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds worlds by name or folder; those with a name are made once and kept. */
record Worlds(Home home, ConsoleProgress progress) {

    /** A preset's name, or a folder in the layout of the published artifact. */
    World load(String nameOrFolder) {
        Path folder = Path.of(nameOrFolder);
        if (Files.isDirectory(folder)) return WorldFolder.read(folder);
        Path kept = folder(nameOrFolder);
        if (Files.exists(kept.resolve("DONE"))) return WorldFolder.read(kept);
        World world = build(Presets.named(nameOrFolder).config(), nameOrFolder);
        keep(kept, world);
        return world;
    }

    /**
     * The same world for timing, or that of a configuration: where it is not there yet, its dictionary is left as drawn,
     * which costs nothing.
     */
    World forTiming(String nameOrFolder) {
        if (nameOrFolder.endsWith(".json"))
            return build(
                    WorldConfig.read(Path.of(nameOrFolder))
                            .change()
                            .noOrthogonalization()
                            .build(),
                    nameOrFolder);
        if (Files.isDirectory(Path.of(nameOrFolder))
                || Files.exists(folder(nameOrFolder).resolve("DONE"))) return load(nameOrFolder);
        WorldConfig config = Presets.named(nameOrFolder).config();
        return build(config.change().noOrthogonalization().build(), nameOrFolder);
    }

    World build(WorldConfig config, String name) {
        return World.build(config, (step, steps, loss) -> progress.at("world " + name + ": dictionary", step, steps));
    }

    private Path folder(String name) {
        return home.cache().resolve("worlds").resolve(name);
    }

    private static void keep(Path folder, World world) {
        WorldFolder.write(folder, world);
        AtomicFile.write(folder.resolve("DONE"), new byte[0]);
    }
}
