package dev.assay.app.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What tools show without an agent: the static evaluations of a folder, the newest first. */
record StaticPage(List<Shown> reports) {
    /**
     * One.
     *
     * @param report as {@code assay audit static} kept it
     * @param agent the folder of the agent's runs, where the page shows it, too
     * @param cells where the agent's runs are, by target and tool: row and column of that folder's map
     */
    record Shown(JsonNode report, Optional<String> agent, Map<String, List<String>> cells) {}

    /** Empty where there is none. */
    static Optional<StaticPage> of(AuditFolder folder, List<AuditFolder> all) {
        List<JsonNode> kept = folder.state().statics();
        if (kept.isEmpty()) return Optional.empty();
        return Optional.of(
                new StaticPage(kept.reversed().stream().map(r -> shown(r, all)).toList()));
    }

    /** The folders whose evaluations rest on this one's runs, and itself if it has any: ids. */
    static List<String> of(List<AuditFolder> all, AuditFolder about) {
        return all.stream()
                .filter(f -> f.state().statics().stream().anyMatch(r -> f == about || isAgent(r, about)))
                .map(AuditFolder::id)
                .toList();
    }

    private static Shown shown(JsonNode report, List<AuditFolder> all) {
        Optional<AuditFolder> agent =
                all.stream().filter(f -> isAgent(report, f)).findFirst();
        return new Shown(
                report, agent.map(AuditFolder::id), agent.map(StaticPage::cells).orElse(Map.of()));
    }

    private static boolean isAgent(JsonNode report, AuditFolder folder) {
        String named = report.path("agent").asText();
        return !named.isEmpty() && real(Path.of(named)).equals(real(folder.folder()));
    }

    private static Path real(Path folder) {
        return folder.toAbsolutePath().normalize();
    }

    private static Map<String, List<String>> cells(AuditFolder folder) {
        List<AuditRun> runs = folder.runs();
        Function<AuditRun, HeatMap.Column> column = HeatMap.columns(runs);
        Map<String, List<String>> cells = new LinkedHashMap<>();
        for (AuditRun r : runs)
            if (r.brief().dose() == 1)
                cells.putIfAbsent(
                        r.brief().target() + " " + r.brief().tool(),
                        List.of(HeatMap.slug(r.subject().row()), column.apply(r).id()));
        return cells;
    }
}
