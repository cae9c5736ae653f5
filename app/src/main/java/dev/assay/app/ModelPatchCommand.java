package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Metric;
import dev.assay.lm.Patch;
import dev.assay.lm.Patching;
import dev.assay.lm.Site;
import dev.assay.lm.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "patch",
        description = {
            "Activation patching: which places carry what tells two prompts apart.",
            "What the model computes for one prompt is put, place by place, into its run of the other. Without --answer and"
                    + " --against the prompts' own likeliest answers are weighed; --answer alone takes its log-probability."
        })
final class ModelPatchCommand implements Callable<Integer> {
    @Mixin
    ModelOptions.WithAdapters what = new ModelOptions.WithAdapters();

    @Option(names = "--clean", paramLabel = "TEXT", description = "the prompt that leads to the answer")
    @Nullable
    String clean;

    @Option(names = "--clean-ids", paramLabel = "1,2,3", description = "its tokens in its place")
    @Nullable
    String cleanIds;

    @Option(
            names = "--corrupted",
            paramLabel = "TEXT",
            description = "a prompt of as many tokens that leads to another")
    @Nullable
    String corrupted;

    @Option(names = "--corrupted-ids", paramLabel = "1,2,3", description = "its tokens in its place")
    @Nullable
    String corruptedIds;

    @Mixin
    AnswerOptions answers = new AnswerOptions();

    @Option(
            names = "--at",
            paramLabel = "SITE",
            split = ",",
            defaultValue = "resid_pre:*,attn_out:*,mlp_out:*",
            description =
                    "embedding, resid_pre:L, resid_mid:L, resid_post:L, attn_z:L, attn_out:L, mlp_in:L, mlp_out:L;"
                            + " * for all blocks; may be given several times (default: ${DEFAULT-VALUE})")
    List<String> at = List.of();

    @Option(
            names = "--positions",
            paramLabel = "0,1",
            split = ",",
            description = "counted from 0 (default: from the first at which the prompts differ)")
    List<Integer> positions = new ArrayList<>();

    @Option(names = "--heads", description = "patch each attention head at all positions, too")
    boolean heads;

    @Option(names = "--reverse", description = "patch the corrupted prompt's numbers into the clean prompt's run")
    boolean reverse;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        List<Site> sites = ModelCommand.sites(at, what.config());
        LanguageModel model = what.load();
        int[] good = ModelOptions.WithAdapters.ids(model, "--clean", clean, "--clean-ids", cleanIds);
        int[] bad = ModelOptions.WithAdapters.ids(model, "--corrupted", corrupted, "--corrupted-ids", corruptedIds);
        Patching patching = reverse ? Patching.of(model, bad, good) : Patching.of(model, good, bad);
        if (patching.positions().isEmpty())
            throw new UserException("--clean and --corrupted are the same prompt: change a word in one of them");
        List<Integer> where = positions.isEmpty()
                ? patching.positions()
                : positions.stream().distinct().toList();
        List<Patch> patches = new ArrayList<>(Patch.grid(sites, where));
        if (heads) patches.addAll(Patch.heads(model.config()));
        Metric metric = metric(model, good, bad);
        var table = new PatchTable(
                TokenText.of(model), good, bad, reverse, metric, sites, where, measured(patching, patches, metric));
        if (json) ModelCommand.print(table.json(model.name()));
        else System.out.print(table.text());
        return 0;
    }

    private static Patching.Result measured(Patching patching, List<Patch> patches, Metric metric) {
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var done = new AtomicInteger();
            return patching.measure(
                    patches, metric, p -> progress.at("patched", done.incrementAndGet(), patches.size()));
        }
    }

    private Metric metric(LanguageModel model, int[] good, int[] bad) {
        OptionalInt answer = answers.answer(model);
        OptionalInt against = answers.against(model);
        if (answer.isPresent() && against.isEmpty()) return new Metric.LogProbability(answer.getAsInt());
        int first = answer.orElseGet(() -> ModelAttributeCommand.likeliest(model, good, good.length - 1));
        int second = against.orElseGet(() -> ModelAttributeCommand.likeliest(model, bad, bad.length - 1));
        if (first == second)
            throw new UserException("both prompts are continued with "
                    + TokenText.of(model).quoted(first) + ": say with --answer and --against what is to be weighed");
        return new Metric.LogitDifference(first, second);
    }
}
