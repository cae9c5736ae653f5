package dev.assay.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written to, and that stays open when the thread that writes is interrupted: a channel closes itself then, and
 * a cancelled call must not take the run's record with it. Here it is opened again and the write is done again. One thread
 * at a time.
 */
final class SteadyFile implements AutoCloseable {

    private final Path path;
    private FileChannel channel;

    /** Opens or makes a file. */
    SteadyFile(Path path) throws IOException {
        this(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    SteadyFile(Path path, OpenOption... options) throws IOException {
        this.path = path;
        this.channel = FileChannel.open(path, options);
    }

    /** Work on a channel that can be done twice. */
    private interface Work {
        void on(FileChannel channel) throws IOException;
    }

    /** Writes all of it at a place. */
    void write(long at, byte[] bytes) throws IOException {
        steadily(c -> {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                c.write(left, at + left.position());
            }
        });
    }

    /** Cuts off what is behind a length. */
    void cut(long length) throws IOException {
        steadily(c -> c.truncate(length));
    }

    /** Forces everything to the disk. */
    void sync() throws IOException {
        steadily(c -> c.force(true));
    }

    private void steadily(Work work) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    work.on(channel);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    channel = FileChannel.open(path, StandardOpenOption.WRITE);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
