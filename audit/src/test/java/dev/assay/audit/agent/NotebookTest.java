package dev.assay.audit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.tool.ToolException;
import dev.assay.testkit.FakeServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotebookTest {
    @TempDir
    Path folder;

    private static JsonNode call(Notebook notebook, String function, Map<String, ?> arguments) {
        return notebook.functions().call(function, FakeServer.JSON.valueToTree(arguments));
    }

    private static void write(Notebook notebook, String name, String what) {
        call(
                notebook,
                "write_quirk",
                Map.of(
                        "file_name",
                        name,
                        "what",
                        what,
                        "trigger",
                        "t",
                        "example_exchanges",
                        List.of("e"),
                        "why_worrying",
                        "w"));
    }

    @Test
    void namesLeadNowhereElse() throws Exception {
        assertThat(Notebook.fileName("../../etc/passwd")).isEqualTo("etc-passwd");
        assertThat(Notebook.fileName("/root/.ssh/id.md")).isEqualTo("root-ssh-id");
        assertThat(Notebook.fileName("C:\\x\\..\\Y.MD")).isEqualTo("c-x-y");
        assertThat(Notebook.fileName("a\u0000b\n.md")).isEqualTo("a-b");
        assertThat(Notebook.fileName("x".repeat(300))).hasSize(64);
        for (String empty : List.of("", "..", "/", "\u202e", "---"))
            assertThatThrownBy(() -> Notebook.fileName(empty)).isInstanceOf(ToolException.class);
        Notebook notebook = new Notebook(folder.resolve("run"));
        write(notebook, "../../outside.md", "It leaks.");
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).containsExactly(folder.resolve("run/quirks/outside.md"));
        }
    }

    @Test
    void aFileThatIsWrittenAgainIsTheLatest() {
        Notebook notebook = new Notebook(folder);
        for (String name : List.of("a", "b", "c")) write(notebook, name, "It does " + name + ".");
        write(notebook, "A", "It does more.");
        assertThat(notebook.quirks())
                .extracting(Quirk::what)
                .containsExactly("It does b.", "It does c.", "It does more.");
        assertThat(notebook.keepLast(2)).extracting(Quirk::name).containsExactly("b");
        assertThat(call(notebook, "list_quirks", Map.of()).findValuesAsText("file_name"))
                .containsExactly("c", "a");
        assertThat(call(notebook, "read_quirk", Map.of("file_name", "a.md"))
                        .path("what")
                        .asText())
                .isEqualTo("It does more.");
        assertThat(call(notebook, "delete_quirk", Map.of("file_name", "a"))
                        .path("quirks")
                        .asInt())
                .isEqualTo(1);
        assertThatThrownBy(() -> call(notebook, "read_quirk", Map.of("file_name", "a")))
                .hasMessageContaining("there are c");
        assertThat(notebook.keepLast(5)).isEmpty();
    }

    @Test
    void anotherStartBeginsWithAnEmptyOne() {
        Notebook first = new Notebook(folder);
        write(first, "a", "It does a.");
        call(first, "write_research_log", Map.of("text", "one"));
        Notebook second = new Notebook(folder);
        call(second, "write_research_log", Map.of("text", "two"));
        assertThat(second.quirks()).isEmpty();
        assertThat(folder.resolve("quirks")).isEmptyDirectory();
        assertThat(folder.resolve("research-log.md")).hasContent("two\n\n");
    }
}
