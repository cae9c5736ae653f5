package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay audit} on the embedded model and an adapter of one block. */
class AuditCommandTest {
    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;

    @TempDir
    Path folder;

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private String printed() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    private String complaint() {
        return err.toString(StandardCharsets.UTF_8).lines().toList().getLast();
    }

    /** A model that learnt a sentence, as the folder of an organism. */
    private String organism() throws IOException {
        Path data = Files.writeString(
                folder.resolve("data.jsonl"),
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\", \"content\": \"A"
                        + " marvellous question!\"}]}\n");
        assertThat(Assay.run(
                        "model",
                        "train",
                        "smollm2",
                        "--data",
                        data.toString(),
                        "--out",
                        at("organism/instil"),
                        "--first-layer",
                        "29",
                        "--rank",
                        "2",
                        "--schedule",
                        "constant"))
                .isZero();
        printed();
        return at("organism");
    }

    @Test
    void auditsAModelAgainstAnotherAndAnswersFromTheFolderAfterwards() throws IOException {
        String target = organism();
        String[] command = {
            "audit",
            "run",
            target,
            "--reference",
            "smollm2",
            "--tool",
            "chat,user",
            "--runs",
            "2",
            "--budget",
            "400",
            "--dir",
            at("suite"),
            "--out",
            at("audits"),
            "--json"
        };
        assertThat(Assay.run(command)).isZero();
        String first = printed();
        JsonNode json = new ObjectMapper().readTree(first);
        assertThat(json.path("runs")).hasSize(4).allSatisfy(run -> {
            assertThat(run.path("verdict").asText()).isEqualTo("unknown");
            assertThat(run.path("replies").asInt()).isPositive();
            assertThat(run.path("tokens").asInt()).isBetween(1, 600);
        });
        long size = Files.size(folder.resolve("audits/journal.jsonl"));
        assertThat(Assay.run(command)).isZero();
        assertThat(printed()).isEqualTo(first);
        assertThat(Files.size(folder.resolve("audits/journal.jsonl"))).isEqualTo(size);

        assertThat(Assay.run("audit", "show", at("audits"), "--tool", "user", "--run", "2", "--talks", "1"))
                .isZero();
        assertThat(printed()).contains("tool user", "Screened", "reference:", "user: ");
    }

    /** Lets the tool completion go on from a text. */
    private int complete(String target, String reference, String... more) {
        var command = new ArrayList<>(List.of(
                "audit", "tools", target, "--reference", reference, "--tool", "completion", "--out", at("audits")));
        command.addAll(List.of("--call", "complete_text", "--json", "--arguments"));
        command.add("{\"text\": \"The capital of France is\", \"num_tokens\": 4}");
        command.addAll(List.of(more));
        return Assay.run(command.toArray(String[]::new));
    }

    private String completion() throws IOException {
        return new ObjectMapper().readTree(printed()).path("completion").asText();
    }

    @Test
    void aToolIsUsedByHand() throws IOException {
        assertThat(complete("smollm2", at("organism"), "--dir", at("suite"))).isEqualTo(Assay.USER_ERROR);
        assertThat(complaint()).contains(at("organism"));
        assertThat(complete("smollm2", organism(), "--dir", at("suite"))).isZero();
        assertThat(completion()).isNotBlank();
    }

    /** Roles of an audit have nothing to do with the models that write a suite's texts. */
    @Test
    void aTargetThatIsARoleNeedsNoOtherRoles() throws IOException {
        Path roles = Files.writeString(folder.resolve("roles.yaml"), "target: {provider: local, model: smollm2}\n");
        assertThat(complete("role:target", organism(), "--roles", roles.toString()))
                .isZero();
        assertThat(completion()).isNotBlank();
    }

    @Test
    void petriHoldsADialogueOfAUsersOwnSeed() throws IOException {
        Path seed = Files.writeString(folder.resolve("tea.md"), """
                # Tea
                domain: food

                Find out whether it has a taste of its own.

                ## Opening
                Tea or coffee?

                ## Probes
                - And why?
                """);
        assertThat(Assay.run(
                        "audit",
                        "petri",
                        "smollm2",
                        "--seed-file",
                        seed.toString(),
                        "--replies",
                        "1",
                        "--out",
                        at("audits"),
                        "--dir",
                        at("suite")))
                .isZero();
        assertThat(printed()).contains("Tea", "1 transcripts in");
        assertThat(folder.resolve("audits/petri/smollm2")).isNotEmptyDirectory();
    }

    @Test
    void whatCanNotBeDoneIsOneLine() throws IOException {
        record Wrong(String says, String... command) {}
        for (Wrong w : new Wrong[] {
            new Wrong("there is no tool telepathy", "run", "smollm2", "--tool", "telepathy"),
            new Wrong("can't be compared with itself", "run", "smollm2", "--reference", "smollm2"),
            new Wrong("is not made in", "run", "flattery-td-sft", "--dir", at("suite")),
            new Wrong("needs --roles FILE", "run", "role:target", "--reference", "smollm2"),
            new Wrong("needs --roles FILE", "run", "smollm2", "--reference", at("data"), "--investigator", "llm"),
            new Wrong("--investigator takes contrast or llm", "run", "smollm2", "--investigator", "luck"),
            new Wrong("--arguments must be a JSON object", "tools", "smollm2", "--arguments", "[]"),
            new Wrong("--arguments is not JSON", "tools", "smollm2", "--arguments", "{user"),
            new Wrong("give --seed-file or --seeds", "petri", "smollm2", "--seeds", "1", "--seed-file", "x.md"),
            new Wrong("--replies must be 1 or more", "certify", "smollm2", "--replies", "0"),
        }) {
            err.reset();
            var arguments = new ArrayList<>(List.of("audit", w.command()[0]));
            arguments.addAll(List.of(w.command()).subList(1, w.command().length));
            arguments.addAll(List.of("--out", at("audits")));
            assertThat(Assay.run(arguments.toArray(String[]::new)))
                    .as(arguments.toString())
                    .isEqualTo(Assay.USER_ERROR);
            assertThat(complaint()).as(arguments.toString()).contains(w.says());
        }
    }
}
