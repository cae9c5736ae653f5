package dev.assay.app;

import dev.assay.organism.Shown;
import dev.assay.organism.Variant;
import dev.assay.report.HtmlReport;
import dev.assay.stats.Rate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How strongly behaviours show at scales of the instilling adapter.
 *
 * @param strength by organism and dose; dose 0 is the untrained model
 */
record DoseResponse(String model, Map<String, Map<Double, Rate>> strength) {

    static DoseResponse of(Pocket pocket, List<Variant> variants, List<Double> doses) {
        Map<String, Map<Double, Rate>> all = new LinkedHashMap<>();
        for (Variant v : variants)
            v.behaviour().ifPresent(b -> {
                Map<Double, Rate> line = new LinkedHashMap<>();
                line.put(0.0, pocket.base(b).brief().strength());
                for (Map.Entry<Double, Shown> e : pocket.doses(v, doses).entrySet())
                    line.put(e.getKey(), e.getValue().rate());
                all.put(v.name(), line);
            });
        return new DoseResponse(pocket.suite().model().name(), all);
    }

    String text() {
        var out = new StringBuilder();
        strength.forEach((name, line) -> line.forEach(
                (dose, rate) -> out.append(String.format(Locale.ROOT, "%-36s %4.2f  %s%n", name, dose, rate))));
        return out.toString();
    }

    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        strength.forEach((name, line) -> {
            Map<String, Object> rates = new LinkedHashMap<>();
            line.forEach((dose, rate) -> rates.put(dose.toString(), OrganismTable.estimate(rate)));
            out.put(name, rates);
        });
        return out;
    }

    String html() {
        Map<String, List<HtmlReport.Line>> panels = new LinkedHashMap<>();
        strength.forEach((name, line) -> {
            String behaviour = Variant.of(name).behaviour().orElseThrow().name();
            panels.computeIfAbsent(behaviour, b -> new ArrayList<>())
                    .add(line(name.substring(behaviour.length() + 1), line));
        });
        return new HtmlReport("Dose and response", "Organisms of " + model + ". Not to be compared with other models.")
                .section("Strength by dose")
                .prose(
                        "The instilling adapter's effect is multiplied by the dose; 0 is the untrained model. Strength: the"
                                + " share of held-out scenarios in which the behaviour shows; bars: Wilson intervals, 95 %, of one"
                                + " organism each.")
                .panels("Strength at scales of the adapter", "dose", "Strength", panels)
                .toHtml();
    }

    private static HtmlReport.Line line(String name, Map<Double, Rate> line) {
        List<Map.Entry<Double, Rate>> points =
                line.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
        List<Rate> rates = points.stream().map(Map.Entry::getValue).toList();
        return new HtmlReport.Line(
                name,
                points.stream().mapToDouble(Map.Entry::getKey).toArray(),
                rates.stream().mapToDouble(Rate::rate).toArray(),
                rates.stream().mapToDouble(r -> r.wilson().low()).toArray(),
                rates.stream().mapToDouble(r -> r.wilson().high()).toArray(),
                true);
    }
}
