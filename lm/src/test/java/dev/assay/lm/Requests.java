package dev.assay.lm;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Random requests to an engine, and what it makes of them. */
final class Requests {
    private Requests() {}

    static int[] ids(LanguageModel model, int count, long seed) {
        return new Random(seed).ints(count, 0, model.config().vocab()).toArray();
    }

    static int[] joined(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    static List<Completion> all(Engine engine, List<Request> requests) {
        List<Engine.Ticket> tickets = requests.stream().map(engine::submit).toList();
        return tickets.stream().map(t -> t.result().join()).toList();
    }

    static List<Request> mixed(LanguageModel model, int count) {
        var random = new Random(11);
        return IntStream.range(0, count)
                .mapToObj(i -> new Request(
                                ids(model, 1 + random.nextInt(40), i),
                                new Sampling(i % 3 == 0 ? 0 : 0.5 + i % 5 * 0.3, i % 2 == 0 ? 1 : 0.9, 1 + i % 20),
                                i)
                        .withLogProbabilities())
                .toList();
    }

    static Lora adapter(LanguageModel model, long seed) {
        Lora lora = Lora.fresh(model, 3, 6, seed);
        try (var scope = Scope.open()) {
            var random = new Random(seed);
            lora.weights().forEach((name, tensor) -> {
                var numbers = new float[(int) tensor.count()];
                for (int i = 0; i < numbers.length; i++) numbers[i] = (float) (random.nextGaussian() * 0.3);
                tensor.setInPlace(Tensor.of(numbers, tensor.shape()));
            });
        }
        return lora;
    }
}
