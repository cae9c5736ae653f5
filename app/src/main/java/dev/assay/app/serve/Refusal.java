package dev.assay.app.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is not answered, told as OpenAI tells it. The message is for the client. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final String INVALID = "invalid_request_error";

    private final int status;
    private final String type;
    private final transient Optional<String> field;
    private final String code;

    private Refusal(int status, String type, Optional<String> field, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.field = field;
        this.code = code;
    }

    /** A field whose value can't be. */
    static Refusal field(String name, String message) {
        return new Refusal(400, INVALID, Optional.of(name), "invalid_value", message);
    }

    /** A field that is known and can't be done here. */
    static Refusal unsupported(String name, String message) {
        return new Refusal(400, INVALID, Optional.of(name), "unsupported_value", message);
    }

    static Refusal missing(String name) {
        return new Refusal(
                400, INVALID, Optional.of(name), "missing_required_parameter", "you must give the field " + name);
    }

    /** A request that does not fit into the model's context or the engine's memory. */
    static Refusal tooLong(String name, String message) {
        return new Refusal(400, INVALID, Optional.of(name), "context_length_exceeded", message);
    }

    static Refusal malformed(String message) {
        return new Refusal(400, INVALID, Optional.empty(), "malformed_request", message);
    }

    static Refusal noModel(String id) {
        return new Refusal(
                404,
                INVALID,
                Optional.of("model"),
                "model_not_found",
                "there is no model \"" + id + "\"; /v1/models lists them");
    }

    static Refusal unauthorized() {
        return new Refusal(
                401,
                INVALID,
                Optional.empty(),
                "invalid_api_key",
                "this server wants its token: Authorization: Bearer TOKEN");
    }

    static Refusal forbidden(String message) {
        return new Refusal(403, INVALID, Optional.empty(), "forbidden", message);
    }

    /** Of any other status. */
    static Refusal of(int status, String code, String message) {
        String type = status == 429 ? "rate_limit_error" : status >= 500 ? "server_error" : INVALID;
        return new Refusal(status, type, Optional.empty(), code, message);
    }

    static Refusal busy() {
        return of(429, "queue_full", "as many texts as this server takes are on their way; try again soon");
    }

    static Refusal late() {
        return of(504, "timeout", "the answer took longer than this server's limit; ask for fewer tokens");
    }

    static Refusal draining() {
        return of(503, "shutting_down", "this server is shutting down");
    }

    int status() {
        return status;
    }

    /** Whether the same request can be tried again soon. */
    boolean passing() {
        return status == 429 || status == 503;
    }

    /** {@code {"error": …}}. */
    Map<String, Object> json() {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", String.valueOf(getMessage()));
        error.put("type", type);
        error.put("param", field.orElse(null));
        error.put("code", code);
        return Map.of("error", error);
    }
}
