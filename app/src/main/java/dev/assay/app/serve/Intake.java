package dev.assay.app.serve;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/** Reads bodies, none that is too large or too slow. */
final class Intake {
    private static final int STEP = 1 << 16;

    private final int most;

    /** @param most bytes */
    Intake(int most) {
        this.most = most;
    }

    /** The JSON object of a request. */
    Fields read(Context context, Caller caller) {
        String type = Optional.ofNullable(context.header("Content-Type")).orElse("");
        if (!type.toLowerCase(Locale.ROOT).matches("application/([a-z.+-]+\\+)?json\\s*(;.*)?"))
            throw Refusal.of(415, "unsupported_media_type", "the content type must be application/json");
        if (!Optional.ofNullable(context.header("Content-Encoding"))
                .orElse("identity")
                .equalsIgnoreCase("identity"))
            throw Refusal.of(415, "unsupported_media_type", "bodies can't be compressed");
        if (context.req().getContentLengthLong() > most) throw tooLarge();
        return Fields.parse(bytes(context, caller));
    }

    private byte[] bytes(Context context, Caller caller) {
        var all = new ByteArrayOutputStream();
        var buffer = new byte[STEP];
        try (InputStream in = context.req().getInputStream()) {
            for (int read; (read = in.read(buffer)) >= 0; ) {
                all.write(buffer, 0, read);
                if (all.size() > most) throw tooLarge();
                caller.left();
            }
        } catch (Refusal late) {
            throw late.status() == 504 ? slow() : late;
        } catch (IOException e) {
            throw slow();
        }
        return all.toByteArray();
    }

    private static Refusal slow() {
        return Refusal.of(408, "request_timeout", "the body did not come whole, or took too long");
    }

    private Refusal tooLarge() {
        return Refusal.of(413, "request_too_large", "a body has at most " + most + " bytes here");
    }
}
