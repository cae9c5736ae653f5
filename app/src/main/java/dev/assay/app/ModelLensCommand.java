package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.lm.TokenText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "lens", description = "The logit lens: what the model would say if each block were the last one.")
final class ModelLensCommand implements Callable<Integer> {
    @Mixin
    ModelOptions.WithPosition what = new ModelOptions.WithPosition();

    @Option(
            names = "--at",
            paramLabel = "SITE",
            defaultValue = "resid_post:*",
            description = "embedding, resid_pre:L, resid_mid:L, resid_post:L; * for all blocks; may be given several"
                    + " times (default: ${DEFAULT-VALUE})")
    List<String> at = List.of();

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "5",
            description = "how many tokens are shown (default: ${DEFAULT-VALUE})")
    int top;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (top < 1) throw new UserException("--top takes a number from 1 on, not " + top);
        List<Site> sites = ModelCommand.sites(at, what.config());
        LanguageModel model = what.load();
        TokenText text = TokenText.of(model);
        int[] ids = what.ids(model);
        int position = what.position(ids);
        Map<Site, List<LogitLens.Guess>> guesses = LogitLens.read(model, ids, position, sites, top);
        if (json) ModelCommand.print(json(ids, position, guesses, text));
        else {
            System.out.printf(
                    "after position %d, %s: likeliest next tokens, in %%%n%n", position, text.quoted(ids[position]));
            System.out.print(table(guesses, text));
        }
        return 0;
    }

    private static Map<String, Object> json(
            int[] ids, int position, Map<Site, List<LogitLens.Guess>> guesses, TokenText text) {
        Map<String, Object> sites = new LinkedHashMap<>();
        guesses.forEach((site, list) -> sites.put(
                site.toString(),
                list.stream()
                        .map(g -> {
                            Map<String, Object> one = text.json(g.token());
                            one.put("probability", g.probability());
                            return one;
                        })
                        .toList()));
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("ids", ids);
        out.put("position", position);
        out.put("sites", sites);
        return out;
    }

    private static String table(Map<Site, List<LogitLens.Guess>> guesses, TokenText text) {
        List<List<String>> rows = new ArrayList<>();
        guesses.forEach((site, list) -> {
            List<String> row = new ArrayList<>(List.of(site.toString()));
            for (LogitLens.Guess g : list)
                row.add(String.format(Locale.ROOT, "%5.1f %s", 100 * g.probability(), text.quoted(g.token())));
            rows.add(row);
        });
        return TextTable.left(rows);
    }
}
