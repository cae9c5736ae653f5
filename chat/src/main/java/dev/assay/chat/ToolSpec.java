package dev.assay.chat;

/**
 * A tool that a model may call.
 *
 * @param name letters, digits, {@code _} and {@code -}
 * @param description what it does, for the model
 * @param parameters of its arguments, a schema of an object
 */
public record ToolSpec(String name, String description, JsonSchema parameters) {
    public ToolSpec {
        if (!name.matches("[a-zA-Z0-9_-]{1,64}"))
            throw new IllegalArgumentException(
                    "a tool's name has 1 to 64 letters, digits, _ and -; \"" + name + "\" has not");
        if (!parameters.isObject())
            throw new IllegalArgumentException("the parameters of the tool " + name + " must be an object's schema");
    }

    /** A tool whose arguments are the components of a record. */
    public static ToolSpec of(String name, String description, Class<? extends Record> parameters) {
        return new ToolSpec(name, description, JsonSchema.of(parameters));
    }
}
