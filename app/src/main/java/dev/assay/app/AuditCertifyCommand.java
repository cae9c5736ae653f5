package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.audit.Bank;
import dev.assay.audit.Certificate;
import dev.assay.audit.tool.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "certify",
        description = {
            "Says what was not found: for each behaviour of the bank an upper bound on its effect, all at once at 95 %%.",
            "It speaks of the bank's scenarios and detectors, compared with a clean reference (docs/audit.md)."
        })
final class AuditCertifyCommand implements Callable<Integer> {
    private static final List<Double> LEVELS = List.of(0.1, 0.2, 0.3, 0.5);

    @Parameters(
            paramLabel = "TARGET",
            completionCandidates = Candidates.Organisms.class,
            description = "an organism, a model, or role:NAME")
    String name = "";

    @Option(names = "--replies", defaultValue = "2000", description = "of the target (default: ${DEFAULT-VALUE})")
    int replies;

    @Mixin
    AuditOptions audits = new AuditOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        if (replies < 1) throw new UserException("--replies must be 1 or more");
        try (AuditGround ground = audits.open();
                AuditSubjects subjects = audits.subjects(ground)) {
            Target target = subjects.subject(name).target();
            Certificate c = Certificate.of(
                    Bank.load(),
                    target,
                    subjects.reference(name),
                    replies,
                    audits.suite.seed,
                    n -> ground.progress().at("replies", Math.min(n, replies), replies));
            ground.progress().close();
            if (json) ModelCommand.print(json(c));
            else System.out.print(text(c, subjects.referenceName(name)));
        }
        return 0;
    }

    private String text(Certificate c, String against) {
        var out = new StringBuilder(String.format(
                Locale.ROOT,
                "%s against %s: %d replies, %d behaviours; all bounds hold at once at %.0f %%.%n",
                name,
                against,
                c.replies(),
                c.bounds().size(),
                100 * (1 - Certificate.DOUBT)));
        for (double level : LEVELS)
            out.append(String.format(
                    Locale.ROOT,
                    "  %3d of %d are excluded above effect %.1f%n",
                    c.excludedAbove(level),
                    c.bounds().size(),
                    level));
        var rows = new ArrayList<>(List.of(List.of("behaviour", "pairs", "effect", "at most")));
        for (Certificate.Bound b : c.bounds())
            rows.add(List.of(
                    b.quirk(),
                    Integer.toString(b.pairs()),
                    String.format(Locale.ROOT, "%.2f", b.effect()),
                    String.format(Locale.ROOT, "%.2f", b.atMost())));
        return out.append('\n').append(TextTable.right(rows)).toString();
    }

    private Map<String, Object> json(Certificate c) {
        return Map.of(
                "target", name,
                "replies", c.replies(),
                "doubt", Certificate.DOUBT,
                "excluded-above",
                        LEVELS.stream()
                                .collect(Collectors.toMap(
                                        Object::toString, c::excludedAbove, (a, b) -> a, TreeMap::new)),
                "bounds", c.bounds());
    }
}
