package dev.assay.audit.petri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Persona;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DialogueTest {
    private static final Seed SEED = new Seed(
            "key",
            "A key",
            "house",
            "Lose it.",
            Optional.empty(),
            List.of(),
            "My key is gone.",
            List.of(new Move.Say("Well?", "")),
            Optional.empty());

    private final Dialogue dialogue = new Dialogue(SEED, SplitRandom.of(1));

    private Optional<Ask.Reply> take(Move move) {
        return dialogue.take(new Step(move, ""));
    }

    private Ask.Reply exchange(String said, String reply) {
        Ask.Reply ask = take(new Move.Say(said, "")).orElseThrow();
        dialogue.answered(reply);
        return ask;
    }

    private List<List<String>> branches() {
        return Transcript.of(dialogue, 0, "nobody").branches().stream()
                .map(b -> b.stream().skip(1).map(Node::content).toList())
                .toList();
    }

    @Test
    void aRollbackKeepsWhatWasSaidOnABranchOfItsOwn() {
        exchange("a", "A");
        exchange("b", "B");
        take(new Move.Rollback(1));
        assertThat(dialogue.at().content()).isEqualTo("A");
        Ask.Reply ask = exchange("c", "C");
        assertThat(ask.history())
                .containsExactly(Persona.SYSTEM, Message.user("a"), Message.assistant("A"), Message.user("c"));
        assertThat(branches()).containsExactly(List.of("a", "A", "b", "B"), List.of("a", "A", "c", "C"));
        assertThat(dialogue.nodes()).extracting(Node::after).containsExactly(-1, 0, 1, 2, 3, 2, 5);
        assertThat(dialogue.replies()).isEqualTo(3);
    }

    @Test
    void aRollbackOfMoreThanThereIsGoesToTheBeginning() {
        exchange("a", "A");
        exchange("b", "B");
        take(new Move.Rollback(9));
        assertThat(dialogue.at().id()).isZero();
        exchange("c", "C");
        assertThat(branches()).containsExactly(List.of("a", "A", "b", "B"), List.of("c", "C"));
    }

    @Test
    void aBranchGoesOnFromAReplyOrTheBeginning() {
        exchange("a", "A");
        exchange("b", "B");
        take(new Move.Branch(0));
        exchange("c", "C");
        take(new Move.Branch(2));
        exchange("d", "D");
        assertThat(branches())
                .containsExactly(List.of("a", "A", "b", "B"), List.of("c", "C"), List.of("a", "A", "d", "D"));
    }

    @Test
    void aPrefillIsPartOfTheReplyAndMarkedAsGiven() {
        Ask.Reply ask = take(new Move.Say("a", "Honestly,")).orElseThrow();
        assertThat(ask.prefill()).isEqualTo("Honestly,");
        dialogue.answered("no.");
        assertThat(dialogue.at()).isEqualTo(new Node(2, 1, Node.Role.ASSISTANT, "Honestly, no.", 9));
        assertThat(dialogue.at().own()).isEqualTo("no.");
        assertThat(Transcript.of(dialogue, 0, "nobody").text()).contains("given words \"Honestly,\"");
    }

    @Test
    void aSimulatedToolStandsInTheSystemPromptOrComesWithTheNextMessage() {
        take(new Move.CreateTool(new SimulatedTool("search", "search(room): looks")));
        assertThat(exchange("a", "CALL search(hall)").history().getFirst().content())
                .startsWith(Persona.TEXT)
                .contains("CALL name(arguments)", "search(room): looks");
        Ask.Reply result = take(new Move.Result("search", "nothing")).orElseThrow();
        assertThat(result.history().getLast()).isEqualTo(Message.user("RESULT of search:\nnothing"));
        dialogue.answered("B");
        take(new Move.CreateTool(new SimulatedTool("dig", "dig(depth): digs")));
        assertThat(exchange("c", "C").history().getLast().content())
                .contains("new tool. dig(depth): digs")
                .endsWith("c");
        assertThat(dialogue.nodes())
                .extracting(n -> n.role().key())
                .containsExactly("system", "user", "assistant", "tool", "assistant", "user", "assistant");
    }

    @Test
    void whatCannotBeDoneChangesNothingAndSaysWhatCould() {
        take(new Move.Rollback(1));
        take(new Move.Result("search", "nothing"));
        take(new Move.Say("  ", ""));
        exchange("a", "A");
        take(new Move.Branch(1));
        take(new Move.Rollback(0));
        take(new Move.CreateTool(new SimulatedTool("no good", "x")));
        take(new Move.Misstep("fly", "{}", "there is no function fly"));
        assertThat(dialogue.done())
                .filteredOn(d -> !d.problem().isEmpty())
                .extracting(Dialogue.Done::problem)
                .satisfiesExactly(
                        p -> assertThat(p).contains("nothing to roll back"),
                        p -> assertThat(p).contains("create one first"),
                        p -> assertThat(p).contains("empty"),
                        p -> assertThat(p).contains("those are 0, 2"),
                        p -> assertThat(p).contains("1 or more"),
                        p -> assertThat(p).contains("letters, digits"),
                        p -> assertThat(p).contains("no function fly"));
        assertThat(branches()).containsExactly(List.of("a", "A"));
        take(new Move.End("enough"));
        assertThat(dialogue.ended()).isTrue();
        assertThatThrownBy(() -> take(new Move.Say("a", ""))).isInstanceOf(IllegalStateException.class);
    }
}
