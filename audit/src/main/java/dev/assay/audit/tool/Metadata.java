package dev.assay.audit.tool;

import dev.assay.tensor.SafetensorsFile;
import java.util.Optional;

/** The metadata of a safetensors file of ours, which say what it holds. */
final class Metadata {
    private final SafetensorsFile file;

    /** {@link ToolException} if the file is of another format or version. */
    Metadata(SafetensorsFile file, String format, String version) {
        this.file = file;
        if (!format.equals(get("format")) || !version.equals(get("version")))
            throw new ToolException(file.path() + ": the metadata say format " + get("format") + ", version "
                    + get("version") + "; wanted is " + format + ", version " + version);
    }

    String get(String field) {
        return Optional.ofNullable(file.metadata().get(field))
                .orElseThrow(() -> new ToolException(
                        file.path() + ": the metadata lack " + field + "; the file was not written by this tool"));
    }

    double number(String field) {
        String text = get(field);
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new ToolException(file.path() + ": " + field + " is \"" + text + "\", and should be a number");
        }
    }
}
