package dev.assay.chat;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.DType;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Roles whose environment is the test's: keys, the time, and waits that take none. */
final class Fixture {
    static final String SECRET = "sk-test-6f1c0d2e9b8a7745";
    static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    /** Waits that were asked for. */
    final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());

    private final Roles.Setting setting = new Roles.Setting(
            name -> Optional.ofNullable(
                    Map.of("OPENAI_API_KEY", SECRET, "ANTHROPIC_API_KEY", SECRET, "MY_KEY", SECRET, "SHORT_KEY", "e")
                            .get(name)),
            Clock.fixed(NOW, ZoneOffset.UTC),
            new Patience(6, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(5)),
            waits::add);

    Roles roles(String yaml) {
        return new Roles(RoleFile.parse(yaml, "roles.yaml"), Fixture::open, setting);
    }

    static LocalModel open(String name) {
        return new LocalModel(SmolLm2.SHA256, Fixture::smol);
    }

    private static Optional<LanguageModel> smol = Optional.empty();

    static synchronized LanguageModel smol() {
        if (smol.isEmpty())
            smol = Optional.of(
                    LanguageModel.load(SmolLm2.file(Path.of(System.getProperty("assay.home"), "models")), DType.F32));
        return smol.get();
    }

    /** A memo in a folder, which is closed after the work. */
    static <T> T withMemo(Path folder, java.util.function.Function<Memo, T> work) {
        try (Journal journal = Journal.open(folder, Manifest.ofCache("answers"))) {
            return work.apply(new Memo(journal));
        }
    }

    /** What is thrown must not hold the secret, in no form that can be printed. */
    static void silent(Throwable thrown) {
        Supplier<String> printed = () -> {
            var out = new java.io.StringWriter();
            thrown.printStackTrace(new java.io.PrintWriter(out));
            return out.toString();
        };
        org.assertj.core.api.Assertions.assertThat(printed.get()).doesNotContain(SECRET);
    }
}
