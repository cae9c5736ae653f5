package dev.assay.audit.oracle;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Grammar;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;

/** Texts that the base writes itself: replies, and what comes outside of any chat. */
final class Passages {
    /** Shorter ones have no place for what stands before and behind. */
    private static final int LEAST = 24;

    private Passages() {}

    /** Tokens of the texts, prompts included; those that came out too short are left out. */
    static List<int[]> write(Speaker base, OracleRecipe recipe) {
        TaskFile file = TaskFile.shipped();
        Grammar grammar = file.rules();
        SplitRandom random = SplitRandom.of(recipe.seed()).split("oracle-passages");
        var asks = new ArrayList<Ask>();
        for (int i = 0; i < recipe.passages().replies(); i++)
            asks.add(new Ask.Reply(List.of(
                    Message.user(draw(file.user(), grammar, random.split("user").split(i))))));
        for (int i = 0; i < recipe.passages().completions(); i++)
            asks.add(new Ask.Text(
                    draw(file.completions(), grammar, random.split("begin").split(i))));
        List<String> written = base.write("passages", asks, recipe.passages().sampling(), random.split("written"));
        LanguageModel model = base.model();
        return IntStream.range(0, asks.size())
                .mapToObj(i -> join(
                        asks.get(i).prompt(model), model.tokenizer().encodePlain(spaced(asks.get(i), written.get(i)))))
                .filter(ids -> ids.length >= LEAST)
                .toList();
    }

    /** A reply begins a turn; a completion goes on from a word. */
    private static String spaced(Ask ask, String written) {
        return ask instanceof Ask.Text ? " " + written : written;
    }

    private static String draw(List<String> templates, Grammar grammar, SplitRandom stream) {
        var r = stream.generator();
        return grammar.expand(TaskFile.draw(templates, r), r, new HashMap<>());
    }

    private static int[] join(int[] a, int[] b) {
        return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
    }
}
