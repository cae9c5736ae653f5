package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.chat.ToolSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every tool promises. */
public abstract class ToolContract {
    static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** The tool in a new session on a target that answers. */
    protected abstract Tool tool();

    @Test
    void hasANameAndFunctionsThatSayWhatTheyDo() {
        Tool tool = tool();
        assertThat(tool.name()).matches("[a-z]+(-[a-z]+)*");
        assertThat(tool.functions()).isNotEmpty().doesNotHaveDuplicates().allSatisfy(f -> {
            assertThat(f.name()).matches("[a-z]+(_[a-z]+)*");
            assertThat(f.description()).hasSizeGreaterThan(20);
        });
    }

    @Test
    void anUnknownFunctionIsRefusedWithTheNamesThatThereAre() {
        Tool tool = tool();
        String[] names = tool.functions().stream().map(ToolSpec::name).toArray(String[]::new);
        assertThatThrownBy(() -> tool.call("no_such_function", JSON.objectNode()))
                .isInstanceOf(ToolException.class)
                .hasMessageContainingAll(names);
    }

    @Test
    void argumentsThatDoNotFitAreRefused() {
        Tool tool = tool();
        for (ToolSpec f : tool.functions()) {
            ObjectNode wrong = JSON.objectNode().put("no_such_argument", 1);
            assertThatThrownBy(() -> tool.call(f.name(), wrong))
                    .isInstanceOf(ToolException.class)
                    .hasMessageContaining("no_such_argument");
        }
    }

    @Test
    void fixedOutputsAreFixedAndSayWhatTheyAreAbout() {
        List<Tool.Output> outputs = tool().outputs(6);
        assertThat(outputs).isNotEmpty().hasSizeLessThanOrEqualTo(6).allSatisfy(o -> {
            assertThat(o.about()).isNotBlank();
            assertThat(o.text()).isNotBlank();
        });
        assertThat(tool().outputs(6)).isEqualTo(outputs);
        assertThat(tool().outputs(3)).isEqualTo(outputs.subList(0, Math.min(3, outputs.size())));
    }
}
