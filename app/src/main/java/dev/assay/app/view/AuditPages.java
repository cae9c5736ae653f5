package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.agent.AgentResult;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Lazy;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The documents of audits: heat map, cell, run, talks. What was asked for lately is kept. Thread-safe. */
final class AuditPages {
    private static final int KEPT_RUNS = 8;
    private static final int KEPT_MAPS = 32;

    private final Lazy<Marks> marks = new Lazy<>(() -> new Marks(Bank.load()));
    private final Map<String, Opened> opened = kept(KEPT_RUNS);
    private final Map<String, Counted> maps = kept(KEPT_MAPS);

    /** A run with its whole record. */
    private record Opened(
            AuditRun run, AuditRecord record, Marks.Read read, String system, Optional<AgentResult> agent) {
        int events() {
            return agent.map(a -> a.steps().size()).orElse(record.talks().size());
        }
    }

    private record Counted(int version, HeatMap map) {}

    private static <V> Map<String, V> kept(int most) {
        return Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > most;
            }
        });
    }

    /** Reads the bank, which the first run that is opened would wait for. */
    void warm() {
        marks.get();
    }

    HeatMap map(AuditFolder folder, String training) {
        AuditFolder.State now = folder.state();
        String key = folder.id() + "/" + training;
        Counted known = maps.get(key);
        if (known != null && known.version() == now.version()) return known.map();
        HeatMap map = HeatMap.of(now.runs(), training);
        maps.put(key, new Counted(now.version(), map));
        return map;
    }

    Optional<CellPage> cell(AuditFolder folder, String row, String column) {
        List<AuditRun> all = folder.runs();
        Function<AuditRun, HeatMap.Column> columns = HeatMap.columns(all);
        List<AuditRun> runs = all.stream()
                .filter(r -> HeatMap.slug(r.subject().row()).equals(row))
                .filter(r -> columns.apply(r).id().equals(column))
                .toList();
        if (runs.isEmpty()) return Optional.empty();
        return Optional.of(CellPage.of(HeatMap.row(runs), columns.apply(runs.getFirst()), runs));
    }

    Optional<RunPage> run(AuditFolder folder, long seq) {
        return folder.run(seq).map(run -> page(folder, open(folder, run)));
    }

    private RunPage page(AuditFolder folder, Opened o) {
        AuditRecord r = o.record();
        List<AuditRun> runs = folder.runs();
        return new RunPage(
                o.run().seq(),
                HeatMap.row(List.of(o.run())),
                HeatMap.columns(runs).apply(o.run()),
                CellPage.line(o.run()),
                r.reference(),
                r.investigator(),
                r.dose(),
                r.grade().why(),
                o.run().subject().behaviour().map(RunPage.Truth::of),
                o.read().quirks(),
                r.pointers(),
                r.log(),
                folder.state().judged().getOrDefault(o.run().key(), List.of()),
                o.system(),
                o.agent().isPresent() ? RunPage.STEPS : RunPage.TALKS,
                o.events(),
                TalkPage.SIZE);
    }

    /** Talks, or steps of an investigator that is a language model. */
    Optional<Object> events(AuditFolder folder, long seq, int page) {
        return folder.run(seq)
                .map(run -> open(folder, run))
                .filter(o -> page >= 0 && page * TalkPage.SIZE < Math.max(1, o.events()))
                .map(o -> o.agent().<Object>map(a -> StepPage.of(a, page)).orElseGet(() -> talks(o, page)));
    }

    private TalkPage talks(Opened o, int page) {
        List<Hypothesis> shown = o.read().quirks().stream()
                .flatMap(q -> marks.get().hypothesis(q.name()).stream())
                .toList();
        return new TalkPage.Maker(o.record(), shown, o.read(), marks.get(), o.system()).page(page);
    }

    /** How many pages of events a run has. */
    int pages(AuditFolder folder, long seq) {
        return folder.run(seq)
                .map(run -> Math.ceilDiv(open(folder, run).events(), TalkPage.SIZE))
                .orElse(0);
    }

    private Opened open(AuditFolder folder, AuditRun run) {
        return remembered(folder.id() + "/" + run.seq(), () -> {
            AuditRecord record = folder.record(run);
            Optional<String> truth = run.subject().behaviour().map(Behaviour::name);
            Marks.Read read = marks.get().of(record, truth);
            return new Opened(run, record, read, RunPage.system(record), StepPage.result(folder.folder(), record));
        });
    }

    private Opened remembered(String key, Supplier<Opened> opener) {
        Opened known = opened.get(key);
        if (known != null) return known;
        Opened made = opener.get();
        opened.put(key, made);
        return made;
    }

    /** The rows and columns that have runs, as parts of addresses. */
    List<List<String>> cells(AuditFolder folder) {
        return map(folder, "").cells().stream()
                .map(c -> List.of(c.row(), c.column()))
                .toList();
    }
}
