package dev.assay.app.serve;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Request;

/** Who waits for an answer, and until when. */
final class Caller {
    private final Context context;
    private final long deadline;
    private boolean ahead;

    /** Whoever asked has gone: nobody reads what would be written. */
    static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Gone() {
            super("the client has gone", null, false, false);
        }
    }

    Caller(Context context, Duration most) {
        this.context = context;
        this.deadline = System.nanoTime() + most.toNanos();
    }

    /** Time that is left, above zero. */
    Duration left() {
        long left = deadline - System.nanoTime();
        if (left <= 0) throw Refusal.late();
        return Duration.ofNanos(left);
    }

    /**
     * {@link Gone} if the connection was closed at the other end, as far as nothing was sent yet: later a write finds out.
     * Jetty looks at a connection again only when the answer is out, so this reads from the channel itself; should the
     * client have sent its next request already, the connection is closed after this answer, and it sends that again, as
     * HTTP has it.
     */
    void check() {
        if (ahead || context.res().isCommitted()) return;
        var connection = request().getConnectionMetaData().getConnection();
        if (!(connection.getEndPoint() instanceof SocketChannelEndPoint socket)) return;
        try {
            int read = socket.getChannel().read(ByteBuffer.allocate(1));
            if (read < 0) throw new Gone();
            ahead = read > 0;
        } catch (IOException e) {
            throw new Gone();
        }
        if (ahead) context.header("Connection", "close");
    }

    /** Does something when the last byte of the answer is out, or can't be. */
    void whenOut(Runnable work) {
        Request.addCompletionListener(request(), failure -> work.run());
    }

    private Request request() {
        return ServletContextRequest.getServletContextRequest(context.req());
    }

    void json(Object body) {
        json(200, body);
    }

    void json(int status, Object body) {
        json(context, status, body);
    }

    static void json(Context context, int status, Object body) {
        context.status(status);
        context.contentType("application/json");
        context.result(Fields.bytes(body));
    }

    /** Begins a stream of server-sent events. */
    void open() {
        context.status(200);
        context.res().setContentType("text/event-stream");
        context.res().setCharacterEncoding(StandardCharsets.UTF_8.name());
        context.header("Cache-Control", "no-store");
        context.header("X-Accel-Buffering", "no");
    }

    /** Sends an event. */
    void send(Object event) {
        send(Fields.bytes(event));
    }

    /** Ends the stream as OpenAI does. */
    void done() {
        send("[DONE]".getBytes(StandardCharsets.UTF_8));
    }

    private void send(byte[] data) {
        try {
            OutputStream out = context.res().getOutputStream();
            out.write("data: ".getBytes(StandardCharsets.UTF_8));
            out.write(data);
            out.write("\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new Gone();
        }
    }
}
