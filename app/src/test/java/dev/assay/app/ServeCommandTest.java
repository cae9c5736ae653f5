package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.app.serve.Hosted;
import dev.assay.app.serve.Server;
import dev.assay.app.serve.Settings;
import dev.assay.lm.Lora;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is served, and what the command refuses. */
class ServeCommandTest {
    @TempDir
    Path folder;

    @RegisterExtension
    final Captured captured = new Captured();

    private ServeTargets targets() {
        var suite = new SuiteOptions();
        suite.folder = folder.resolve("suite");
        return new ServeTargets(suite.named());
    }

    /** An organism of the embedded model that has learnt nothing yet. */
    private String organism(String name) {
        Path at = folder.resolve(name);
        var embedded = Base.embedded(Home.of()).model().get();
        try (Lora fresh = Lora.fresh(embedded, 28, 2, 4, 1)) {
            fresh.save(at.resolve("instil"), "smollm2");
        }
        return at.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "--port 70000,--port",
        "--queue -1,--queue",
        "--timeout 0,--timeout",
        "--threads 0,--threads",
        "--token-env ASSAY_NO_SUCH_VARIABLE,ASSAY_NO_SUCH_VARIABLE",
        "--host no-such-host.invalid,--host",
        "role:target,on this machine",
        "flattery-td-sft,no finished organism",
        "nonsense,flattery-td-sft",
        "./nowhere,there is no model",
    })
    void whatIsWrongIsSaidSo(String arguments, String complaint) {
        String[] all = ("serve --port 0 --dir " + folder.resolve("suite") + " " + arguments).split(" ");
        if (arguments.startsWith("--port")) all = ("serve " + arguments).split(" ");
        assertThat(Assay.run(all)).isEqualTo(Assay.USER_ERROR);
        assertThat(captured.err.toString(StandardCharsets.UTF_8)).contains(complaint);
    }

    @Test
    void organismsShareTheirBaseAndAreServedUnderNamesThatSayNothing() {
        Map<String, Hosted> served = targets().all(List.of("smollm2", organism("liar"), organism("twin")), false);
        assertThat(served.values()).extracting(Hosted::id).containsExactly("model-1", "model-2", "model-3");
        assertThat(served.values().stream().map(Hosted::base).distinct()).hasSize(1);
        assertThat(served.values()).extracting(h -> h.adapters().size()).containsExactly(0, 1, 1);
        assertThat(targets()
                        .all(List.of(organism("liar"), organism("other/liar")), true)
                        .values())
                .extracting(Hosted::id)
                .containsExactly("liar", "liar-2");
    }

    /** A tool of an audit asks a served model as it asks any role. */
    @Test
    void aServedModelIsAuditedAsARole() throws IOException {
        List<Hosted> models =
                List.copyOf(targets().all(List.of("smollm2"), false).values());
        try (Server server = Server.start(Settings.standard().withPort(0), models)) {
            Path roles = Files.writeString(
                    folder.resolve("roles.yaml"),
                    "target: {provider: assay, model: model-1, base-url: \"http://127.0.0.1:" + server.port()
                            + "/v1\"}\n");
            assertThat(Assay.run(
                            "audit",
                            "tools",
                            "role:target",
                            "--reference",
                            organism("clean"),
                            "--tool",
                            "completion",
                            "--out",
                            folder.resolve("audits").toString(),
                            "--dir",
                            folder.resolve("suite").toString(),
                            "--roles",
                            roles.toString(),
                            "--call",
                            "complete_text",
                            "--json",
                            "--arguments",
                            "{\"text\": \"The capital of France is\", \"num_tokens\": 4}"))
                    .isZero();
        }
        assertThat(captured.out.toString(StandardCharsets.UTF_8)).contains("completion");
    }
}
