package dev.assay.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that are there whole or not at all, whenever the process or the machine stops. */
public final class AtomicFile {

    private AtomicFile() {}

    /**
     * Writes a file by way of a temporary one in the same folder: write, fsync, rename over, fsync the folder. A reader
     * sees the old content or the new; after an error the old one is still there. Missing folders are made.
     *
     * @throws JournalException if the file can't be written, for example because the disk is full
     */
    public static void write(Path path, byte[] bytes) {
        Path folder = parent(path);
        try {
            Files.createDirectories(folder);
            // not createTempFile, whose files nobody else may read
            Path temporary = folder.resolve("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
            try {
                writeAndSync(temporary, bytes);
                move(temporary, path);
            } finally {
                Files.deleteIfExists(temporary);
            }
            syncFolder(folder);
        } catch (IOException e) {
            throw new JournalException(
                    path + " can't be written (" + e.getMessage()
                            + "); what was there before is unchanged. Free space or mend the permissions,"
                            + " and run the same command again",
                    e);
        }
    }

    /** Makes names that were created or changed in a folder survive a power cut, where the system can. */
    static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows can't open a folder, and writes its metadata in order anyway
        }
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " is no file that could be written");
        }
        return parent;
    }

    private static void writeAndSync(Path file, byte[] bytes) throws IOException {
        try (SteadyFile out = new SteadyFile(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            out.write(0, bytes);
            out.sync();
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system has no atomic rename", e);
        }
    }
}
