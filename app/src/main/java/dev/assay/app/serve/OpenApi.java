package dev.assay.app.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The file that describes the server: the resource, with what differs from server to server. */
final class OpenApi {
    private OpenApi() {}

    /**
     * The file of one server.
     *
     * @param models their ids
     * @param token whether one must be shown
     */
    static Map<String, Object> file(List<String> models, boolean token) {
        try (InputStream in = Objects.requireNonNull(OpenApi.class.getResourceAsStream("openapi.json"))) {
            Map<String, Object> file = Fields.parse(in.readAllBytes()).map();
            inner(inner(inner(file, "components"), "schemas"), "ModelId").put("enum", models);
            file.put("security", token ? List.of(Map.of("token", List.of())) : List.of());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked") // objects of a JSON file of ours
    private static Map<String, Object> inner(Map<String, Object> object, String name) {
        return (Map<String, Object>) Objects.requireNonNull(object.get(name), name);
    }
}
