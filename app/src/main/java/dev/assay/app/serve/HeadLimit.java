package dev.assay.app.serve;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose request has begun, and whose head is not there in time. Jetty's own limit is of silence: a client
 * that sends a byte now and then would hold its connection for ever.
 */
final class HeadLimit implements Connection.Listener {
    private static final int LOOKS = 4;

    private final Scheduler scheduler;
    private final long most;

    HeadLimit(Scheduler scheduler, Duration most) {
        this.scheduler = scheduler;
        this.most = most.toNanos();
    }

    @Override
    public void onOpened(Connection connection) {
        new Watched(connection).again();
    }

    /** A connection. Jetty counts a request when its head is there, and an answer when it goes out. */
    private final class Watched implements Runnable {
        private final Connection connection;
        private long requests;
        private long bytes;
        private long begun;

        Watched(Connection connection) {
            this.connection = connection;
        }

        void again() {
            scheduler.schedule(this, Math.max(1, most / LOOKS), TimeUnit.NANOSECONDS);
        }

        @Override
        public void run() {
            if (!connection.getEndPoint().isOpen()) return;
            long now = System.nanoTime();
            boolean coming = connection.getMessagesIn() == requests
                    && connection.getMessagesOut() == requests
                    && connection.getBytesIn() > bytes;
            if (!coming) {
                requests = connection.getMessagesIn();
                bytes = connection.getBytesIn();
                begun = now;
            } else if (now - begun > most) {
                connection.getEndPoint().close();
                return;
            }
            again();
        }
    }
}
