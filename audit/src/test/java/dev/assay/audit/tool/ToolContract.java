package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** What every tool keeps to. */
public interface ToolContract {
    /** A tool on a new session; two of them are equal in all they do. */
    Tool tool();

    /** A function of the tool that can be called on a new session. */
    String function();

    /** Arguments for it. */
    default ObjectNode arguments() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Test
    default void namesAreInKebabCaseAndFunctionsHaveDescriptions() {
        assertThat(tool().name()).matches("[a-z]+(-[a-z]+)*");
        assertThat(tool().functions())
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.name()).matches("[a-z]+(_[a-z]+)*"))
                .allSatisfy(f -> assertThat(f.description()).hasSizeGreaterThan(20))
                .extracting("name")
                .doesNotHaveDuplicates()
                .contains(function());
    }

    @Test
    default void aFunctionThatIsNotThereIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> tool().call("open_the_weights", arguments()))
                .isInstanceOf(ToolException.class)
                .hasMessageContainingAll("open_the_weights", function());
    }

    @Test
    default void argumentsThatAreNotAskedForAreRefused() {
        assertThatThrownBy(() -> tool().call(function(), arguments().put("colour", "blue")))
                .isInstanceOf(ToolException.class)
                .hasMessageContainingAll(function(), "colour");
    }

    @Test
    default void theSameCallOnANewSessionGivesTheSame() {
        JsonNode once = tool().call(function(), arguments());
        assertThat(tool().call(function(), arguments())).isEqualTo(once);
    }

    @Test
    default void outputsAreTheSameAgainAndFewerAreTheFirstOfMore() {
        var six = tool().outputs(6);
        assertThat(six)
                .hasSizeBetween(1, 6)
                .allSatisfy(o -> assertThat(o.about()).isNotBlank());
        assertThat(tool().outputs(6)).isEqualTo(six);
        assertThat(tool().outputs(3)).isEqualTo(six.subList(0, Math.min(3, six.size())));
    }
}
