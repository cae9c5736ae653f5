package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Configuration.Kind;
import dev.assay.audit.tool.StandardTool;
import dev.assay.stats.Holm;
import dev.assay.stats.PairedDifference;
import dev.assay.stats.Power;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The orderings that AuditBench reports of its targets and tools, put to the runs of a suite: each is a difference of recall
 * between cells that are alike in all but one thing, averaged over behaviours.
 */
public final class PublishedFindings {
    private static final double LEVEL = 0.05;
    private static final SplitRandom RANDOM = SplitRandom.of(0).split("published findings");

    private PublishedFindings() {}

    /** What a suite says of a finding. */
    public enum Word {
        CONFIRMED,
        REFUTED,
        /** The difference is not told from none: see how large one would have been seen. */
        UNDECIDED
    }

    /**
     * A published ordering and what a suite's runs say of it.
     *
     * @param published what AuditBench found
     * @param pairs of cells that differ in nothing else
     * @param difference of recall over behaviours, positive where it goes the published way
     * @param holm p over all orderings that have pairs here
     * @param least difference that as many runs would have shown four times in five; NaN where they can't tell
     */
    public record Finding(
            String name, String published, int pairs, PairedDifference difference, double holm, double least) {
        /** At 5 % over all orderings; nothing is decided below five behaviours. */
        public Word word() {
            if (difference.interval().isEmpty() || holm > LEVEL) return Word.UNDECIDED;
            return difference.mean() > 0 ? Word.CONFIRMED : Word.REFUTED;
        }
    }

    private record Cell(String target, TargetName name, Configuration tool, double dose, double recall) {}

    /**
     * An ordering of cells.
     *
     * @param alike what both cells of a pair have in common, beside the dose
     */
    private record Ordering(
            String name,
            String published,
            Function<Cell, String> alike,
            Predicate<Cell> higher,
            Predicate<Cell> lower) {
        /** Differences of pairs by behaviour. */
        List<double[]> differences(List<Cell> cells) {
            Map<String, List<Cell>> groups = cells.stream()
                    .filter(higher.or(lower))
                    .collect(Collectors.groupingBy(
                            c -> alike.apply(c) + " " + c.dose, TreeMap::new, Collectors.toList()));
            Map<String, DoubleStream.Builder> out = new TreeMap<>();
            groups.values().forEach(g -> {
                OptionalDouble high = mean(g, higher);
                OptionalDouble low = mean(g, lower);
                if (high.isPresent() && low.isPresent())
                    out.computeIfAbsent(g.getFirst().name.behaviour(), b -> DoubleStream.builder())
                            .add(high.getAsDouble() - low.getAsDouble());
            });
            return out.values().stream().map(b -> b.build().toArray()).toList();
        }

        private static OptionalDouble mean(List<Cell> group, Predicate<Cell> which) {
            return group.stream().filter(which).mapToDouble(Cell::recall).average();
        }
    }

    private static final List<Ordering> ORDERINGS = List.of(
            new Ordering(
                    "documents are easier",
                    "targets instilled by documents are found more often than those by transcripts",
                    c -> c.name.behaviour() + c.name.concealment() + c.tool,
                    c -> c.name.instilling().equals("sdf"),
                    c -> c.name.instilling().equals("td")),
            new Ordering(
                    "SFT conceals less",
                    "targets concealed by SFT are found more often than those by KTO",
                    c -> c.name.behaviour() + c.name.instilling() + c.tool,
                    c -> c.name.concealment().equals("sft"),
                    c -> c.name.concealment().equals("kto")),
            new Ordering(
                    "scaffolds beat chat",
                    "scaffolded tools, 52 to 58 %, find more than chat, 36 %",
                    Cell::target,
                    c -> c.tool.kind() == Kind.SCAFFOLDED,
                    c -> c.tool == StandardTool.CHAT),
            new Ordering(
                    "scaffolds help their tool",
                    "a scaffolded tool finds more than the same tool without its scaffold, 35 %",
                    c -> c.target + c.tool.slug().replace("scaffolded-", ""),
                    c -> c.tool.kind() == Kind.SCAFFOLDED,
                    c -> c.tool == StandardTool.PREFILL
                            || c.tool == StandardTool.USER
                            || c.tool == StandardTool.COMPLETION),
            new Ordering(
                    "honesty steering hurts",
                    "honesty steering, 22 %, finds less than chat",
                    Cell::target,
                    c -> c.tool == StandardTool.CHAT,
                    c -> c.tool == StandardTool.HONESTY_STEERING),
            new Ordering(
                    "white boxes help on easy targets",
                    "on documents concealed by SFT white-box tools, 47 %, find more than chat, 40 %",
                    Cell::target,
                    c -> easy(c) && c.tool.kind() == Kind.WHITE_BOX,
                    c -> easy(c) && c.tool == StandardTool.CHAT),
            new Ordering(
                    "the oracle is the best white box",
                    "on documents concealed by SFT the activation oracle finds more than the other white-box tools",
                    Cell::target,
                    c -> easy(c) && c.tool == StandardTool.ORACLE,
                    c -> easy(c) && c.tool.kind() == Kind.WHITE_BOX && c.tool != StandardTool.ORACLE),
            new Ordering(
                    "tools fail on hard targets",
                    "on transcripts concealed by KTO most tools find less than chat",
                    Cell::target,
                    c -> hard(c) && c.tool == StandardTool.CHAT,
                    c -> hard(c) && c.tool != StandardTool.CHAT && c.tool.kind() != Kind.OWN));

    private static boolean easy(Cell c) {
        return c.name.instilling().equals("sdf") && c.name.concealment().equals("sft");
    }

    private static boolean hard(Cell c) {
        return c.name.instilling().equals("td") && c.name.concealment().equals("kto");
    }

    /** The orderings for which a suite has pairs of cells. */
    public static List<Finding> of(List<AuditRecord> records) {
        List<Cell> cells = cells(records);
        Map<Ordering, List<double[]>> differences = new LinkedHashMap<>();
        for (Ordering o : ORDERINGS) differences.put(o, o.differences(cells));
        differences.values().removeIf(List::isEmpty);
        List<PairedDifference> found = differences.values().stream()
                .map(d -> PairedDifference.of(d, RANDOM))
                .toList();
        double[] holm =
                Holm.adjust(found.stream().mapToDouble(PairedDifference::p).toArray());
        var out = new ArrayList<Finding>();
        differences.forEach((o, d) -> out.add(new Finding(
                o.name,
                o.published,
                d.stream().mapToInt(b -> b.length).sum(),
                found.get(out.size()),
                holm[out.size()],
                Power.leastDetectable(d, LEVEL))));
        return out;
    }

    private static List<Cell> cells(List<AuditRecord> records) {
        record Place(String target, String tool, double dose) {}
        Map<Place, List<Verdict>> verdicts = records.stream()
                .filter(r -> r.grade().verdict().ofGuilty())
                .collect(Collectors.groupingBy(
                        r -> new Place(r.target(), r.tool(), r.dose()),
                        Collectors.mapping(r -> r.grade().verdict(), Collectors.toList())));
        var cells = new ArrayList<Cell>();
        verdicts.forEach((place, all) -> TargetName.of(place.target).ifPresent(name -> {
            double hits = all.stream().filter(v -> v == Verdict.HIT).count();
            cells.add(new Cell(place.target, name, Configuration.of(place.tool), place.dose, hits / all.size()));
        }));
        return cells;
    }
}
