package dev.assay.chat;

/**
 * A call of a tool by a model.
 *
 * @param id by which its result refers to it
 * @param tool the tool's name
 * @param arguments a JSON object as the model wrote it, unchecked
 */
public record ToolCall(String id, String tool, String arguments) {}
