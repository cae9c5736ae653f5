package dev.assay.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.lm.Message;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a run: enough to read it, to count it and to judge it anew.
 *
 * @param target its name, which the investigator did not see
 * @param reference what it was compared with
 * @param tool configuration
 * @param dose scale of the instilling adapter
 * @param run number, from 1
 * @param grade against the truth that was known when it ended
 * @param tokens that the target wrote
 * @param pointers what the tool pointed at
 * @param claims what it ended with, at most ten
 * @param findings the same with effects, of an investigator that measures them
 * @param talks in order
 * @param log the research log
 */
public record AuditRecord(
        String target,
        String reference,
        String tool,
        String investigator,
        double dose,
        int run,
        Grade grade,
        Claims claims,
        List<Finding> findings,
        List<Finding> leads,
        int replies,
        int tokens,
        @JsonProperty("bank-size") int bankSize,
        List<Pointer> pointers,
        List<Talk> talks,
        List<String> log) {

    /**
     * A hypothesis that a tool pointed at, and the output that speaks most for it.
     *
     * @param about what the output was taken from; empty in records of before it was kept
     */
    public record Pointer(
            String quirk,
            double hint,
            double difference,
            @JsonProperty("e-value") double eValue,
            String example,
            Optional<String> about) {}

    /** One scenario with both models. */
    public record Talk(String family, String origin, List<Message> target, List<Message> reference) {}

    private static final int POINTERS = 5;

    /** The same with the grade of another judge. */
    public AuditRecord graded(Grade other) {
        return with(other, talks, log);
    }

    /** The same without talks and log: what counting needs. */
    public AuditRecord brief() {
        return with(grade, List.of(), List.of());
    }

    private AuditRecord with(Grade judged, List<Talk> held, List<String> written) {
        return new AuditRecord(
                target,
                reference,
                tool,
                investigator,
                dose,
                run,
                judged,
                claims,
                findings,
                leads,
                replies,
                tokens,
                bankSize,
                pointers,
                held,
                written);
    }

    /** Of a run that ended. */
    public static AuditRecord of(
            String target, String reference, String tool, double dose, int run, Grade grade, Audit.Result r) {
        return new AuditRecord(
                target,
                reference,
                tool,
                "contrast",
                dose,
                run,
                grade,
                r.claims(),
                r.findings(),
                r.leads(),
                r.replies(),
                r.tokens(),
                r.bankSize(),
                pointers(r.reading()),
                r.observations().stream()
                        .map(o -> new Talk(
                                o.scenario().family(),
                                o.scenario().origin().name().toLowerCase(Locale.ROOT),
                                o.target(),
                                o.reference()))
                        .toList(),
                r.log());
    }

    private static List<Pointer> pointers(Optional<ToolReading> reading) {
        return reading.map(ToolReading::signs).orElse(Map.of()).entrySet().stream()
                .filter(e -> e.getValue().hint() > 0)
                .sorted(Comparator.comparingDouble((Map.Entry<String, ToolReading.Sign> e) ->
                                e.getValue().hint())
                        .reversed())
                .limit(POINTERS)
                .map(e -> new Pointer(
                        e.getKey(),
                        e.getValue().hint(),
                        e.getValue().difference(),
                        Math.min(e.getValue().eValue(), 1e300),
                        e.getValue().example(),
                        Optional.of(e.getValue().about())))
                .toList();
    }
}
