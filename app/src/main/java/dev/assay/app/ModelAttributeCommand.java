package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.lm.Attribution;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Metric;
import dev.assay.lm.Site;
import dev.assay.lm.TokenText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "attribute",
        description = {
            "Direct logit attribution: what each part of the model adds to a token's logit.",
            "Or to the difference of two (--against). The final norm's scale is taken as it is, so the parts add up to the"
                    + " logit. Without --answer the likeliest token is explained."
        })
final class ModelAttributeCommand implements Callable<Integer> {
    @Mixin
    ModelOptions.WithPosition what = new ModelOptions.WithPosition();

    @Mixin
    AnswerOptions answers = new AnswerOptions();

    @Option(names = "--heads", description = "show what each attention head adds, too")
    boolean heads;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        LanguageModel model = what.load();
        TokenText text = TokenText.of(model);
        int[] ids = what.ids(model);
        int position = what.position(ids);
        Attribution a = Attribution.of(model, ids, position, metric(model, ids, position));
        if (json) ModelCommand.print(json(a, ids, text));
        else {
            System.out.printf(
                    Locale.ROOT,
                    "%s after position %d, %s: %.4f%n%n",
                    AnswerOptions.words(a.metric(), text),
                    position,
                    text.quoted(ids[position]),
                    a.total());
            System.out.print(TextTable.right(parts(a)));
            if (heads) System.out.print("\n" + TextTable.right(heads(a)));
        }
        return 0;
    }

    private Metric.Linear metric(LanguageModel model, int[] ids, int position) {
        OptionalInt against = answers.against(model);
        int answer = answers.answer(model).orElseGet(() -> likeliest(model, ids, position));
        return against.isPresent() ? new Metric.LogitDifference(answer, against.getAsInt()) : new Metric.Logit(answer);
    }

    static int likeliest(LanguageModel model, int[] ids, int position) {
        Site end = Site.of(Site.Kind.RESID_POST, model.config().layers() - 1);
        return LogitLens.read(model, ids, position, List.of(end), 1).values().stream()
                .flatMap(List::stream)
                .findFirst()
                .orElseThrow()
                .token();
    }

    /** A line per block: what attention adds, what feed-forward adds, and the sum up to there. */
    private static List<List<String>> parts(Attribution a) {
        List<Attribution.Part> parts = a.parts();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "attn_out", "mlp_out", "sum so far"));
        double sum = parts.getFirst().value();
        rows.add(List.of("embedding", "", "", number(sum)));
        for (int i = 1; i < parts.size(); i += 2) {
            double attention = parts.get(i).value();
            double feedForward = parts.get(i + 1).value();
            sum += attention + feedForward;
            rows.add(List.of(
                    "block " + parts.get(i).site().layer(), number(attention), number(feedForward), number(sum)));
        }
        return rows;
    }

    private static List<List<String>> heads(Attribution a) {
        boolean biased = a.heads().stream().anyMatch(h -> h.bias() != 0);
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        IntStream.range(0, a.heads().getFirst().values().size()).forEach(h -> head.add("head " + h));
        if (biased) head.add("bias");
        rows.add(head);
        for (Attribution.Heads block : a.heads()) {
            List<String> row = new ArrayList<>(List.of("block " + block.layer()));
            block.values().forEach(v -> row.add(number(v)));
            if (biased) row.add(number(block.bias()));
            rows.add(row);
        }
        return rows;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", Math.abs(value) < 0.0005 ? 0 : value);
    }

    private Map<String, Object> json(Attribution a, int[] ids, TokenText text) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("ids", ids);
        out.put("position", a.position());
        out.putAll(AnswerOptions.json(a.metric(), text));
        out.put("total", a.total());
        out.put("sum", a.sum());
        Map<String, Double> parts = new LinkedHashMap<>();
        a.parts().forEach(p -> parts.put(p.site().toString(), p.value()));
        out.put("parts", parts);
        if (heads) {
            Map<String, Object> byBlock = new LinkedHashMap<>();
            a.heads()
                    .forEach(h -> byBlock.put(
                            Site.of(Site.Kind.ATTN_OUT, h.layer()).toString(),
                            Map.of("heads", h.values(), "bias", h.bias())));
            out.put("heads", byBlock);
        }
        return out;
    }
}
