package dev.assay.journal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written to, and that stays open when the thread that writes is interrupted: a channel closes itself then, and
 * a cancelled call must not take the run's record with it. Here it is opened again and the work is done again, that of other
 * threads too. One thread at a time may write; others may read and force to the disk meanwhile.
 */
final class SteadyFile implements AutoCloseable {

    private final Path path;
    private volatile FileChannel channel;
    private boolean closed; // guarded by this

    /** Opens or makes a file. */
    SteadyFile(Path path) throws IOException {
        this(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
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

    /** The bytes that stand at a place. */
    byte[] read(long at, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        steadily(c -> {
            into.clear();
            while (into.hasRemaining()) {
                if (c.read(into, at + into.position()) < 0) {
                    throw new EOFException("it ends before byte " + (at + length));
                }
            }
        });
        return into.array();
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
                FileChannel now = channel;
                try {
                    work.on(now);
                    return;
                } catch (ClosedChannelException e) { // by an interrupt of this thread or of another that was at it
                    interrupted |= Thread.interrupted();
                    reopen(now);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel broken) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (channel == broken) {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
