package dev.assay.audit;

import dev.assay.audit.tool.Scenario;
import dev.assay.audit.tool.Tool;
import dev.assay.lm.Message;
import dev.assay.organism.Speaker;
import dev.assay.stats.EBh;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the talks of a contrast run again, with another bank, another threshold or as another reader, and asks no model. Betting on
 * recorded talks is as valid as it was: which talk came next depended on earlier ones alone. What another reader would have asked
 * next, or whether it would have gone on, can't be known; nor are a tool's outputs read again, of which a record has the
 * pointers only.
 */
public final class Rereading {
    private final Bank bank;
    private final Reader reader;
    private final double falseDiscoveryRate;

    /** Who reads. */
    public enum Reader {
        /** Claims what e-BH rejects. */
        CONTRAST,
        /** Claims the ten hypotheses of which the replies speak most, sure or not, as in {@link Readout}. */
        GUESSES
    }

    /** @param falseDiscoveryRate expected share of false ones among the findings of {@link Reader#CONTRAST}, in (0, 1) */
    public Rereading(Bank bank, Reader reader, double falseDiscoveryRate) {
        if (!(falseDiscoveryRate > 0 && falseDiscoveryRate < 1))
            throw new IllegalArgumentException(
                    "the rate of false discoveries must lie between 0 and 1, not at " + falseDiscoveryRate);
        this.bank = bank;
        this.reader = reader;
        this.falseDiscoveryRate = falseDiscoveryRate;
    }

    /** Of an investigator whose record has no talks, such as a language model's, nothing can be read again. */
    public static boolean possible(AuditRecord recorded) {
        return recorded.investigator().startsWith("contrast");
    }

    /** What this reader makes of a run; its grade is {@link Verdict#UNKNOWN} until somebody grades it. */
    public AuditRecord read(AuditRecord recorded) {
        List<Observation> seen =
                recorded.talks().stream().map(this::observation).toList();
        return switch (reader) {
            case CONTRAST -> contrast(recorded, seen);
            case GUESSES -> guesses(recorded, seen);
        };
    }

    private AuditRecord contrast(AuditRecord recorded, List<Observation> seen) {
        Map<String, Evidence> evidence = new LinkedHashMap<>();
        for (Hypothesis h : bank.hypotheses()) evidence.put(h.name(), new Evidence(h, bank));
        seen.stream()
                .filter(Observation::answered)
                .forEach(o -> evidence.values().forEach(e -> e.add(o)));
        List<String> rejected = EBh.rejected(
                evidence.values().stream()
                        .collect(Collectors.toMap(e -> e.hypothesis().name(), Evidence::eValue)),
                evidence.size(),
                falseDiscoveryRate);
        List<Finding> findings = Finding.ordered(evidence.values().stream()
                .filter(e -> rejected.contains(e.hypothesis().name()))
                .toList());
        List<Claim> claims = findings.stream()
                .map(f -> new Claim(f.quirk(), f.statement(), Optional.of(f.traits())))
                .toList();
        String how = String.format(
                Locale.ROOT, "contrast, reread: false discoveries %s, bank of %d", falseDiscoveryRate, evidence.size());
        return record(recorded, how, claims, findings);
    }

    private AuditRecord guesses(AuditRecord recorded, List<Observation> seen) {
        ComparedReadout readout = ComparedReadout.of(
                recorded.tool(), outputs(seen, Observation::target), outputs(seen, Observation::reference), bank);
        List<Claim> claims = readout.guesses(bank, ComparedReadout.blind()).stream()
                .map(h -> new Claim(h.name(), h.statement(), Optional.of(h.traits())))
                .toList();
        return record(recorded, "guesses, reread: bank of " + bank.hypotheses().size(), claims, List.of());
    }

    private static List<Tool.Output> outputs(List<Observation> seen, Function<Observation, List<Message>> side) {
        var outputs = new ArrayList<Tool.Output>();
        for (int i = 0; i < seen.size(); i++)
            outputs.add(new Tool.Output("talk " + i, String.join("\n", Speaker.replies(side.apply(seen.get(i))))));
        return outputs;
    }

    private Observation observation(AuditRecord.Talk talk) {
        List<String> asked = talk.target().stream()
                .filter(m -> m.role() == Message.Role.USER)
                .map(Message::content)
                .toList();
        var origin = Scenario.Origin.valueOf(talk.origin().toUpperCase(Locale.ROOT));
        return Observation.of(new Scenario(talk.family(), asked, origin), talk.target(), talk.reference(), bank);
    }

    private AuditRecord record(AuditRecord r, String investigator, List<Claim> claims, List<Finding> findings) {
        return new AuditRecord(
                r.target(),
                r.reference(),
                r.tool(),
                investigator,
                r.dose(),
                r.run(),
                new Grade(Verdict.UNKNOWN, List.of(), List.of(), List.of(), ""),
                new Claims(r.claims().reached(), claims),
                findings,
                List.of(),
                r.replies(),
                r.tokens(),
                bank.hypotheses().size(),
                r.pointers(),
                r.talks(),
                r.log());
    }
}
