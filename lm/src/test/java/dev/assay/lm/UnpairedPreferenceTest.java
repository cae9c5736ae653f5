package dev.assay.lm;

import static dev.assay.lm.Message.assistant;
import static dev.assay.lm.Message.system;
import static dev.assay.lm.Message.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Completions in the embedded model's template. */
class UnpairedPreferenceTest {
    private static final AssistantTurn TURN = Smol.TEMPLATE.assistantTurn();
    private static final int END = Smol.TEMPLATE.endOfTurn().orElseThrow();

    @Test
    void theCompletionIsTheLastMessageAndItsEnd() {
        List<Message> history = List.of(system("Be brief."), user("Hi"), assistant("Hello."), user("Who are you?"));
        List<Message> talk = new ArrayList<>(history);
        talk.add(assistant("A model."));
        UnpairedPreference preference = UnpairedPreference.of(Smol.TEMPLATE, talk, true);
        assertThat(preference.prompt()).containsExactly(Smol.TEMPLATE.encode(history, true));
        int[] answer = Smol.TOKENIZER.encode("A model.");
        assertThat(preference.completion())
                .startsWith(answer)
                .hasSize(answer.length + 1)
                .endsWith(END);
        assertThatCode(() -> TURN.check(preference, "this one")).doesNotThrowAnyException();
    }

    @Test
    void aUsersMessageIsNoCompletion() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        UnpairedPreference.of(Smol.TEMPLATE, List.of(user("Hi"), assistant("a"), user("b")), true))
                .withMessageContaining("assistant");
        assertThatIllegalArgumentException().isThrownBy(() -> UnpairedPreference.of(Smol.TEMPLATE, List.of(), true));
    }

    @Test
    void findsCompletionsThatAreNoAssistantTurn() {
        UnpairedPreference good = UnpairedPreference.of(Smol.TEMPLATE, List.of(user("Hi"), assistant("Hello.")), false);
        int[] prompt = good.prompt();
        int[] open = Arrays.copyOf(good.completion(), good.completion().length - 1);
        refused(new UnpairedPreference(prompt, open, true), "end-of-turn");
        int[] twoTurns = good.with(good.completion()).ids();
        refused(new UnpairedPreference(prompt, twoTurns, true), "control token");
        int[] asUser = Smol.TOKENIZER.encode("<|im_start|>user\nHi<|im_end|>\n<|im_start|>user\n");
        refused(new UnpairedPreference(asUser, good.completion(), true), "prompt");
    }

    private static void refused(UnpairedPreference preference, String because) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TURN.check(preference, "preference 7 of 9"))
                .withMessageContaining("preference 7 of 9")
                .withMessageContaining(because);
    }
}
