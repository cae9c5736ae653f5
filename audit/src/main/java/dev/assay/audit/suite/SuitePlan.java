package dev.assay.audit.suite;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.assay.audit.agent.Limits;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.StandardTool;
import dev.assay.stats.Rate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a suite of audits is to do: each target with each tool at each dose, so many times ({@code docs/formats/suite.md}).
 *
 * @param targets names, or patterns such as {@code *-td-sft} of the organisms that are made
 * @param tools slugs of configurations; the first is what the others are compared with
 * @param runs of each cell
 * @param investigator {@code contrast} or {@code llm}
 * @param doses scales of an organism's instilling adapter
 * @param without an entry that is taken out of the bank
 * @param budget what may be spent
 * @param atOnce runs of one target that go through the engine together
 * @param judge how often the judge errs, where that is known
 * @param ground where models are
 */
public record SuitePlan(
        List<String> targets,
        List<String> tools,
        int runs,
        String investigator,
        List<Double> doses,
        Optional<String> without,
        Budget budget,
        int atOnce,
        Optional<SuiteStatistics.JudgeErrors> judge,
        Ground ground) {

    public static final String CONTRAST = "contrast";
    public static final String LLM = "llm";

    private static final int CONTRAST_TOKENS = 12_000;
    private static final int AT_ONCE = 8;
    private static final String FORMAT = " (docs/formats/suite.md)";
    private static final JsonInclude.Value PRESENT =
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS);
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .build();
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .defaultPropertyInclusion(PRESENT)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    /**
     * What may be spent, in tokens: those that the target writes, or in a run of an investigator that is a language model, its
     * own.
     *
     * @param run in one run
     * @param cell on one target with one tool; no run begins when it is spent
     * @param suite in all
     */
    public record Budget(int run, Optional<Long> cell, Optional<Long> suite) {}

    /**
     * Where models and what tools need are, as the options of {@code assay audit run} say it.
     *
     * @param seed of the organisms
     * @param dir their folder
     */
    public record Ground(
            long seed,
            String model,
            String recipe,
            Optional<String> dir,
            Optional<String> reference,
            Optional<String> roles,
            Optional<String> sae,
            Optional<String> saeAt,
            List<String> saeText,
            Optional<String> oracle) {}

    /** The fields as they stand in a file; what is left out has its usual value. */
    private record Fields(
            @Nullable List<String> targets,
            @Nullable List<String> tools,
            @Nullable Integer runs,
            @Nullable String investigator,
            @Nullable List<Double> doses,
            @Nullable String without,
            @Nullable Spending budget,
            @Nullable Integer atOnce,
            @Nullable Judge judge,
            @Nullable Long seed,
            @Nullable String model,
            @Nullable String recipe,
            @Nullable String dir,
            @Nullable String reference,
            @Nullable String roles,
            @Nullable String sae,
            @Nullable String saeAt,
            @Nullable List<String> saeText,
            @Nullable String oracle) {}

    /** Right answers and how many texts there were, of each kind. */
    private record Judge(
            @Nullable List<Integer> sensitivity, @Nullable List<Integer> specificity) {
        SuiteStatistics.JudgeErrors errors() {
            return new SuiteStatistics.JudgeErrors(rate(sensitivity), rate(specificity));
        }

        private static Rate rate(@Nullable List<Integer> counts) {
            if (counts == null || counts.size() != 2 || counts.get(0) > counts.get(1) || counts.get(0) < 0)
                throw new SuiteException("judge needs sensitivity: [right, of] and specificity: [right, of]" + FORMAT);
            return new Rate(counts.get(0), counts.get(1));
        }

        static Judge of(SuiteStatistics.JudgeErrors e) {
            return new Judge(
                    List.of(e.sensitivity().hits(), e.sensitivity().n()),
                    List.of(e.specificity().hits(), e.specificity().n()));
        }
    }

    private record Spending(
            @Nullable Integer run,
            @Nullable Long cell,
            @Nullable Long suite) {}

    public SuitePlan {
        if (targets.isEmpty()) throw new SuiteException("a suite needs targets" + FORMAT);
        if (tools.isEmpty()) throw new SuiteException("a suite needs tools" + FORMAT);
        tools.forEach(Configuration::of);
        if (runs < 1) throw new SuiteException("runs must be 1 or more, not " + runs);
        if (atOnce < 1) throw new SuiteException("at-once must be 1 or more, not " + atOnce);
        if (budget.run() < 1) throw new SuiteException("budget: run must be 1 or more, not " + budget.run());
        if (!List.of(CONTRAST, LLM).contains(investigator))
            throw new SuiteException("investigator must be contrast or llm, not " + investigator);
        if (investigator.equals(LLM) && ground.roles().isEmpty())
            throw new SuiteException(
                    "investigator: llm needs roles: FILE with the roles investigator and judge" + " (docs/agent.md)");
        targets = List.copyOf(targets);
        tools = List.copyOf(tools);
        doses = List.copyOf(doses);
    }

    /** Reads a suite's file. {@link SuiteException} names the file and the field. */
    public static SuitePlan read(Path yaml) {
        try {
            return of(YAML.readTree(Files.readString(yaml)));
        } catch (JsonProcessingException e) {
            throw new SuiteException(yaml + " is not YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new SuiteException(yaml + " can't be read: " + e.getMessage(), e);
        } catch (SuiteException e) {
            throw new SuiteException(yaml + ": " + e.getMessage(), e);
        }
    }

    static SuitePlan of(JsonNode tree) {
        if (!tree.isObject()) throw new SuiteException("fields were expected" + FORMAT);
        try {
            return of(JSON.treeToValue(tree, Fields.class));
        } catch (JsonProcessingException e) {
            throw new SuiteException(e.getOriginalMessage() + FORMAT, e);
        }
    }

    private static SuitePlan of(Fields f) {
        String investigator = or(f.investigator(), CONTRAST);
        Spending spending = f.budget() == null ? new Spending(null, null, null) : f.budget();
        int usual = investigator.equals(LLM) ? (int) Limits.TOKENS : CONTRAST_TOKENS;
        return new SuitePlan(
                or(f.targets(), List.of()),
                or(f.tools(), List.of(StandardTool.CHAT.slug())),
                or(f.runs(), 1),
                investigator,
                or(f.doses(), List.of(1.0)),
                Optional.ofNullable(f.without()),
                new Budget(
                        or(spending.run(), usual),
                        Optional.ofNullable(spending.cell()),
                        Optional.ofNullable(spending.suite())),
                or(f.atOnce(), AT_ONCE),
                Optional.ofNullable(f.judge()).map(Judge::errors),
                new Ground(
                        or(f.seed(), 1L),
                        or(f.model(), "smollm2"),
                        or(f.recipe(), "embedded"),
                        Optional.ofNullable(f.dir()),
                        Optional.ofNullable(f.reference()),
                        Optional.ofNullable(f.roles()),
                        Optional.ofNullable(f.sae()),
                        Optional.ofNullable(f.saeAt()),
                        or(f.saeText(), List.of()),
                        Optional.ofNullable(f.oracle())));
    }

    private static <T> T or(@Nullable T value, T usual) {
        return Objects.requireNonNullElse(value, usual);
    }

    /** The same with targets in the place of patterns. */
    public SuitePlan withTargets(List<String> names) {
        return new SuitePlan(names, tools, runs, investigator, doses, without, budget, atOnce, judge, ground);
    }

    /** The fields of a file that says the same. */
    JsonNode tree() {
        Ground g = ground;
        return JSON.valueToTree(new Fields(
                targets,
                tools,
                runs,
                investigator,
                doses,
                without.orElse(null),
                new Spending(
                        budget.run(), budget.cell().orElse(null), budget.suite().orElse(null)),
                atOnce,
                judge.map(Judge::of).orElse(null),
                g.seed(),
                g.model(),
                g.recipe(),
                g.dir().orElse(null),
                g.reference().orElse(null),
                g.roles().orElse(null),
                g.sae().orElse(null),
                g.saeAt().orElse(null),
                g.saeText(),
                g.oracle().orElse(null)));
    }

    /** The tool that others are compared with. */
    public String baseline() {
        return tools.getFirst();
    }
}
