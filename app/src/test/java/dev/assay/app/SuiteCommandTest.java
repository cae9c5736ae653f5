package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.Journal;
import dev.assay.lm.Arithmetic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay audit suite} and {@code assay worker} on the embedded model, which is compared with a model of one file. */
class SuiteCommandTest {
    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    Path folder;

    private JsonNode printed() throws IOException {
        String text = console.out.toString(StandardCharsets.UTF_8);
        console.out.reset();
        return new ObjectMapper().readTree(text.lines().toList().getLast());
    }

    private String complaint() {
        return console.err.toString(StandardCharsets.UTF_8).lines().toList().getLast();
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    /** The same weights under another name are another model: what is tested is the way through the command. */
    private Path suite(String more) throws IOException {
        String model = Home.of().model(java.util.Optional.empty()).toString();
        return Files.writeString(folder.resolve("suite.yaml"), """
                targets: [smollm2]
                reference: %s
                budget: {run: 200}
                dir: %s
                """.formatted(model, at("organisms")) + more);
    }

    @Test
    void whoComputesOtherwiseIsToldThatItsRunsCountAnew() throws IOException {
        assumeThat(Arithmetic.hasBf16()).isTrue();
        String file = suite("").toString();
        String[] prepare = {"audit", "suite", file, "--out", at("out"), "--prepare", "--json"};
        String[] inBf16 = {"audit", "suite", file, "--out", at("out"), "--prepare", "--json", "--arithmetic", "bf16"};
        assertThat(Assay.run(prepare)).isZero();
        assertThat(Assay.run(prepare)).isZero();
        assertThat(console.err.toString(StandardCharsets.UTF_8)).doesNotContain("other models");
        assertThat(Assay.run(inBf16)).isZero();
        assertThat(console.err.toString(StandardCharsets.UTF_8)).contains("so far smollm2", "not counted");
        printed();
        assertThat(Assay.run("worker", at("out"), "--json")).isZero();
        assertThat(printed().path("failed").toString()).contains("give the suite's --arithmetic");
    }

    private int steer(String command, String... options) {
        var all = new java.util.ArrayList<>(java.util.List.of("audit", "suite", command, at("out"), "--json"));
        all.addAll(java.util.List.of(options));
        return Assay.run(all.toArray(String[]::new));
    }

    @Test
    void aSuiteIsPlannedSteeredWorkedOnAndPrinted() throws IOException {
        String file = suite("").toString();
        assertThat(Assay.run("audit", "suite", file, "--out", at("out"), "--prepare", "--json"))
                .isZero();
        assertThat(printed().path("status").path("open").asInt()).isEqualTo(1);

        assertThat(steer("cancel")).isZero();
        assertThat(printed().path("order").asText()).isEqualTo("cancel");
        assertThat(Assay.run("worker", at("out"), "--json")).isZero();
        assertThat(printed().path("open").asInt()).as("cancelled").isEqualTo(1);

        assertThat(steer("resume")).isZero();
        printed();
        assertThat(Assay.run("worker", at("out"), "--shard", "0/2", "--json")).isZero();
        JsonNode status = printed();
        assertThat(status.path("scored").asInt() + status.path("voids").asInt()).isEqualTo(1);
        assertThat(folder.resolve("out/segments/shard-0/journal.jsonl")).exists();

        assertThat(Assay.run("audit", "suite", file, "--out", at("out"), "--json"))
                .isZero();
        JsonNode table = printed().path("table");
        assertThat(table.path("runs")).hasSize(1);
        assertThat(folder.resolve("out/journal.jsonl"))
                .as("nothing was held again")
                .isEmptyFile();
        assertThat(Assay.run("audit", "show", at("out"))).isZero();
        assertThat(console.out.toString(StandardCharsets.UTF_8)).contains("smollm2 against");
        console.out.reset();

        assertThat(Assay.run("runs", "export", at("out"), "--format", "eval", "--out", at("out.eval")))
                .isZero();
        assertThat(Assay.run("runs", "import", at("out.eval"), "--out", at("in")))
                .isZero();
        console.out.reset();
        assertThat(Assay.run("runs", "list", at("in"), "--json")).isZero();
        assertThat(printed()).hasSize(1);
        assertThat(Assay.run("runs", "search", at("in"), "SCREENED", "--json")).isZero();
        assertThat(printed().get(0).path("where").asText()).isEqualTo("log");
        assertThat(Assay.run("runs", "export", at("in"), "--format", "csv", "--out", at("out.csv")))
                .isZero();
        console.out.reset();
        assertThat(folder.resolve("out.csv")).content().contains("smollm2,smollm2,final,");

        assertThat(steer("requeue", "--errors")).isZero();
        assertThat(printed().path("open").asInt()).isZero();
        assertThat(steer("requeue")).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("--void");
    }

    @Test
    void whatFailsIsCountedAndNamed() throws IOException {
        String file = suite("tools: [oracle]\n").toString();
        assertThat(Assay.run("audit", "suite", file, "--out", at("out"), "--json"))
                .isEqualTo(1);
        JsonNode status = printed().path("status");
        assertThat(status.path("errors").asInt()).isEqualTo(1);
        assertThat(status.path("failed").get(0).asText()).contains("--oracle");
    }

    @Test
    void whoComesSecondIsToldHowToHelp() throws IOException {
        String file = suite("").toString();
        try (Journal first = Journal.open(folder.resolve("out"), AuditGround.MANIFEST)) {
            assertThat(Assay.run("audit", "suite", file, "--out", at("out"))).isEqualTo(Assay.USER_ERROR);
            assertThat(complaint()).contains("is open already", "assay worker " + at("out"));
            assertThat(first.size()).isZero();
        }
    }

    @Test
    void whatCanNotBeDoneIsOneLine() throws IOException {
        assertThat(Assay.run("audit", "suite")).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("give the suite's file");
        assertThat(Assay.run("worker", at("nowhere"))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("is no suite");
        assertThat(Assay.run("audit", "suite", suite("runns: 2\n").toString(), "--out", at("out")))
                .isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("runns");
        Path none = Files.writeString(folder.resolve("none.yaml"), "targets: ['*-td-sft']\ndir: " + at("organisms"));
        assertThat(Assay.run("audit", "suite", none.toString(), "--out", at("out")))
                .isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains("none is made in");
    }
}
