package dev.assay.app;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.audit.tool.FeatureLabels;
import dev.assay.chat.Chat;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.report.FeaturePage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where labels of latents come from: a file, a model, or nowhere. */
final class LabelOptions {
    private static final String JUDGE = "judge";

    @Option(names = "--labels", paramLabel = "FILE", description = "JSON object: labels by number of latent")
    @Nullable
    Path labels;

    @Option(
            names = "--roles",
            paramLabel = "FILE",
            description = "its role judge labels the latents that --labels does not (docs/chat.md)")
    @Nullable
    Path roles;

    @Option(
            names = "--label",
            paramLabel = "N",
            description = "with --roles: so many latents are labelled, those that are active most often first"
                    + " (default: all that are active)")
    int most = Integer.MAX_VALUE;

    /** The labels that are written down. */
    Map<Integer, String> given() {
        if (labels == null) return Map.of();
        try {
            return new ObjectMapper().readValue(labels.toFile(), new TypeReference<Map<Integer, String>>() {});
        } catch (IOException e) {
            throw new UserException(
                    labels + " is no JSON object of labels by number of latent: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    /**
     * Cards with the labels of the role judge, where there is one.
     *
     * @param folder where its answers are kept: the same command again asks no question twice
     */
    List<FeaturePage.Card> labelled(List<FeaturePage.Card> cards, Path folder, ConsoleProgress progress) {
        if (roles == null) return cards;
        List<FeaturePage.Card> asked = cards.stream()
                .filter(c -> c.density() > 0 && c.label().isEmpty())
                .sorted(Comparator.comparingDouble(FeaturePage.Card::density).reversed())
                .limit(most)
                .toList();
        Map<Integer, String> said = new HashMap<>();
        try (Roles read = Roles.read(roles, new LocalModels())) {
            if (!read.names().contains(JUDGE)) throw new UserException(roles + " lacks the role " + JUDGE);
            try (Journal journal = Journal.open(folder, Manifest.ofCache("labels"))) {
                Chat judge = read.chat(JUDGE, new Memo(journal));
                List<Optional<String>> answers = FeatureLabels.by(
                        judge, asked.stream().map(LabelOptions::known).toList(), progress::at);
                for (int i = 0; i < asked.size(); i++) {
                    int number = asked.get(i).number();
                    answers.get(i).ifPresent(label -> said.put(number, label));
                }
                read.totals().forEach(t -> progress.say(t.line()));
            }
        }
        return cards.stream()
                .map(c -> said.containsKey(c.number()) ? c.labelled(said.get(c.number())) : c)
                .toList();
    }

    private static FeatureLabels.Known known(FeaturePage.Card card) {
        return new FeatureLabels.Known(
                card.density(),
                card.contexts().stream().map(LabelOptions::shown).toList(),
                card.up());
    }

    private static String shown(FeaturePage.Context c) {
        List<String> tokens = c.tokens();
        return String.join("", tokens.subList(0, c.peak())) + "«" + tokens.get(c.peak()) + "»"
                + String.join("", tokens.subList(c.peak() + 1, tokens.size()));
    }
}
