package dev.assay.app;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/** What is set for all commands and is no option: {@code ASSAY_HOME} and the like. */
enum Variable {
    HOME(false),
    BEHAVIOURS(true),
    PLUGINS(false),
    LOG(true),
    CUDA(false),
    JAVA_HOME(false);

    private final boolean inFiles;

    Variable(boolean inFiles) {
        this.inFiles = inFiles;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Stream<Variable> all() {
        return Arrays.stream(values());
    }

    /** Those that an {@code assay.yaml} may have; the launcher needs the others before it can read one. */
    static Stream<Variable> inFiles() {
        return all().filter(v -> v.inFiles);
    }

    /** What it is where nobody sets it. */
    String standard() {
        return switch (this) {
            case HOME -> Home.of().folder().toString();
            case PLUGINS -> Home.of().folder().resolve("plugins").toString();
            case LOG -> "warn";
            case JAVA_HOME -> System.getProperty("java.home", "");
            case CUDA, BEHAVIOURS -> "";
        };
    }

    /** Hands what a file says to those who read it. */
    static void apply(Settings settings) {
        give(settings, BEHAVIOURS, "assay.behaviours");
        give(settings, LOG, "org.slf4j.simpleLogger.defaultLogLevel");
    }

    private static void give(Settings settings, Variable variable, String property) {
        settings.find(variable.key()).ifPresent(found -> System.setProperty(property, found.value()));
    }
}
