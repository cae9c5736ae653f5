package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final LanguageModel MODEL = Fp32.MODEL;
    private static final Sampling WARM = new Sampling(1, 0.95, 12);

    private static Request request(String prompt, Sampling sampling, long seed) {
        return new Request(Fp32.encode(prompt), sampling, seed);
    }

    /** As transformers continues them, up to where two tokens are as good as equally likely. */
    @Test
    void greedyContinuationsEqualTransformers() {
        List<JsonNode> cases = Smol.cases("greedy.json");
        assertThat(cases).hasSize(20);
        List<Request> requests = cases.stream()
                .map(c -> new Request(Smol.ints(c.get("prompt_ids")), Sampling.greedy(40), 0))
                .toList();
        assertThat(requests.stream().map(r -> r.prompt().length).distinct().count())
                .isGreaterThan(5);
        List<Completion> completions = new Generator(MODEL, 20).generate(requests);
        int compared = 0;
        for (int i = 0; i < cases.size(); i++) {
            int[] wanted = Smol.ints(cases.get(i).get("ids"));
            int until = firstBelow(cases.get(i).get("margins"), 1e-2);
            Completion c = completions.get(i);
            int length = Math.min(c.tokens().length, until);
            assertThat(Arrays.copyOf(c.tokens(), length))
                    .as("case %d", i)
                    .containsExactly(Arrays.copyOf(wanted, length));
            if (length < until && length < 40) {
                assertThat(c.stopped()).isTrue();
                assertThat(MODEL.template().stopTokens()).contains(wanted[length]);
            }
            compared += length;
        }
        assertThat(compared).isGreaterThan(500);
    }

    private static int firstBelow(JsonNode margins, double limit) {
        for (int i = 0; i < margins.size(); i++) if (margins.get(i).asDouble() < limit) return i;
        return margins.size();
    }

    @Test
    void stopsAtAStopTokenAndLeavesItOut() {
        JsonNode golden = Smol.cases("greedy.json").getFirst();
        int end = golden.get("eos_at").asInt();
        Completion c = new Generator(MODEL, 1)
                .generate(List.of(new Request(Smol.ints(golden.get("prompt_ids")), Sampling.greedy(40), 0)))
                .getFirst();
        assertThat(c.stopped()).isTrue();
        assertThat(c.tokens()).containsExactly(Arrays.copyOf(Smol.ints(golden.get("ids")), end));
        assertThat(c.text()).isEqualTo("The capital of France is Paris.");
    }

    @Test
    void theSeedDecides() {
        List<Request> requests = List.of(
                request("Once upon a time", WARM, 7),
                request("Once upon a time", WARM, 7),
                request("Once upon a time", WARM, 8));
        List<Completion> first = new Generator(MODEL, 3).generate(requests);
        List<Completion> second = new Generator(MODEL, 3).generate(requests);
        assertThat(texts(second)).isEqualTo(texts(first));
        assertThat(first.get(1).tokens()).containsExactly(first.get(0).tokens());
        assertThat(first.get(2).tokens()).isNotEqualTo(first.get(0).tokens());
    }

    private static List<String> texts(List<Completion> completions) {
        return completions.stream().map(Completion::text).toList();
    }

    /** Different lengths of prompts and continuations, so that rows come and go on the way. */
    private static List<Request> mixed() {
        return List.of(
                request("Hi", new Sampling(1, 1, 14), 1),
                request("My favourite colour is", new Sampling(0.7, 0.9, 3), 2),
                request(
                        "The three largest cities of Italy, ordered by their population, are",
                        new Sampling(1.2, 0.8, 9),
                        3),
                request("import java.util.List;\n\npublic final class", Sampling.greedy(6), 4),
                request("2, 4, 6, 8,", new Sampling(1, 0.95, 1), 5),
                request("Dear Sir or Madam,", WARM, 6));
    }

    @Test
    void aSequenceDoesNotDependOnTheOthers() {
        List<Request> requests = mixed();
        List<Completion> together = new Generator(MODEL, 6).generate(requests);
        for (int i = 0; i < requests.size(); i++) {
            Completion alone =
                    new Generator(MODEL, 1).generate(List.of(requests.get(i))).getFirst();
            assertThat(together.get(i).tokens()).as("request %d", i).containsExactly(alone.tokens());
            assertThat(together.get(i).stopped()).isEqualTo(alone.stopped());
        }
        List<Completion> backwards = new Generator(MODEL, 4).generate(requests.reversed());
        assertThat(texts(backwards.reversed())).isEqualTo(texts(together));
    }

    @Test
    void keepsToMaxTokens() {
        List<Request> requests = mixed();
        List<Completion> completions = new Generator(MODEL, 6).generate(requests);
        for (int i = 0; i < requests.size(); i++) {
            int most = requests.get(i).sampling().maxTokens();
            Completion c = completions.get(i);
            if (c.stopped()) assertThat(c.tokens().length).isLessThan(most + 1);
            else assertThat(c.tokens()).hasSize(most);
        }
        assertThat(completions).filteredOn(c -> !c.stopped()).hasSizeGreaterThan(3);
    }

    @Test
    void theListenerHearsEveryTokenAndEachEndOnce() {
        List<Request> requests = new ArrayList<>(mixed());
        requests.addAll(mixed()); // enough for several workers
        Map<Integer, List<Integer>> heard = new HashMap<>();
        Map<Integer, Completion> ended = new HashMap<>();
        List<Completion> completions = new Generator(MODEL, 5).generate(requests, new Generator.Listener() {
            @Override
            public void token(int request, int token) {
                assertThat(ended).doesNotContainKey(request);
                heard.computeIfAbsent(request, r -> new ArrayList<>()).add(token);
            }

            @Override
            public void done(int request, Completion completion) {
                assertThat(ended.put(request, completion)).as("heard before").isNull();
            }
        });
        assertThat(ended).hasSize(requests.size());
        for (int i = 0; i < requests.size(); i++) {
            assertThat(ended.get(i)).isSameAs(completions.get(i));
            assertThat(heard.getOrDefault(i, List.of()))
                    .containsExactlyElementsOf(
                            Arrays.stream(completions.get(i).tokens()).boxed().toList());
        }
    }

    @Test
    void refusesWhatDoesNotFitAndTakesNothing() {
        assertThat(new Generator(MODEL, 4).generate(List.of())).isEmpty();
        assertThatThrownBy(() -> new Generator(MODEL, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Generator(MODEL, 1).generate(List.of(request("Hi", Sampling.greedy(8192), 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8192");
        assertThatThrownBy(() -> new Request(new int[0], WARM, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sampling(-1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sampling(Double.NaN, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sampling(1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sampling(1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
