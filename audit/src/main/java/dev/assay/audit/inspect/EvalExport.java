package dev.assay.audit.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.suite.RunFolder;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes runs as a log of Inspect, version 2 ({@code docs/formats/eval.md}): a sample for each cell, an epoch for each run. Void runs
 * are samples with an error and without a score.
 */
public final class EvalExport {
    static final String SCORER = "assay_verdict";
    private static final int VERSION = 2;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String task;
    private final Instant created;
    private final List<RunFolder.Run> runs;
    private final List<AuditRecord> records;
    private final Function<RunFolder.Run, Optional<AgentResult>> agents;

    /**
     * @param task what the log is called
     * @param created when
     */
    public EvalExport(String task, Instant created, List<RunFolder.Run> runs) {
        this(task, created, runs, r -> Optional.empty());
    }

    /**
     * The same with what agents did.
     *
     * @param agents of runs of language models, where that is kept
     */
    public EvalExport(
            String task,
            Instant created,
            List<RunFolder.Run> runs,
            Function<RunFolder.Run, Optional<AgentResult>> agents) {
        this.agents = agents;
        this.task = task;
        this.created = created.truncatedTo(ChronoUnit.SECONDS);
        this.runs = List.copyOf(runs);
        this.records = runs.stream().map(RunFolder.Run::record).toList();
        if (runs.isEmpty()) throw new EvalException("there is no run to write");
    }

    /** Writes the file, or replaces it. */
    public void write(Path file) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            put(zip, "_journal/start.json", head().retain("version", "eval", "plan"));
            ArrayNode summaries = JSON.arrayNode();
            Map<String, Integer> epochs = new HashMap<>();
            for (RunFolder.Run run : runs) {
                AuditRecord r = run.record();
                int epoch = epochs.merge(EvalSample.id(r), 1, Integer::sum);
                EvalSample sample = new EvalSample(r, epoch, agents.apply(run));
                put(zip, "samples/" + EvalSample.id(r) + "_epoch_" + epoch + ".json", sample.json(time()));
                summaries.add(sample.summary());
            }
            put(zip, "_journal/summaries/1.json", summaries);
            put(zip, "summaries.json", summaries);
            put(zip, "header.json", head());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        AtomicFile.write(file, bytes.toByteArray());
    }

    private void put(ZipOutputStream zip, String name, Object value) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(created.atOffset(ZoneOffset.UTC).toLocalDateTime());
        zip.putNextEntry(entry);
        zip.write(CanonicalJson.bytes(value));
        zip.closeEntry();
    }

    private ObjectNode head() {
        ObjectNode head = JSON.objectNode().put("version", VERSION).put("status", "success");
        head.set("eval", spec());
        ObjectNode plan = head.putObject("plan").put("name", "plan");
        plan.putArray("steps");
        plan.putObject("config");
        head.set("results", results());
        ObjectNode stats = head.putObject("stats").put("started_at", "").put("completed_at", "");
        stats.putObject("model_usage");
        stats.putObject("role_usage");
        head.put("invalidated", false).putArray("tags");
        head.putObject("metadata");
        return head;
    }

    private ObjectNode spec() {
        List<String> ids = records.stream().map(EvalSample::id).distinct().toList();
        List<String> investigators =
                records.stream().map(AuditRecord::investigator).distinct().toList();
        String hash = CanonicalJson.sha256(List.of(task, records));
        ObjectNode spec = JSON.objectNode()
                .put("eval_id", hash.substring(0, 22))
                .put("run_id", hash.substring(22, 44))
                .put("created", time())
                .put("task", task)
                .put("task_id", hash.substring(42, 64))
                .put("task_version", 0)
                .put("model", "assay/" + String.join("+", investigators).replaceAll("[^A-Za-z0-9.+-]+", "-"));
        for (String empty :
                List.of("task_attribs", "task_args", "model_args", "model_generate_config", "packages", "metadata"))
            spec.putObject(empty);
        ObjectNode dataset = spec.putObject("dataset").put("name", "targets").put("samples", ids.size());
        ArrayNode named = dataset.putArray("sample_ids");
        ids.forEach(named::add);
        spec.putObject("config").put("epochs", epochs());
        return spec;
    }

    private String time() {
        return created.atOffset(ZoneOffset.UTC).toString().replace("Z", "+00:00");
    }

    private int epochs() {
        Map<String, Integer> counts = new HashMap<>();
        records.forEach(r -> counts.merge(EvalSample.id(r), 1, Integer::sum));
        return counts.values().stream().mapToInt(i -> i).max().orElse(1);
    }

    private ObjectNode results() {
        List<Double> values = new ArrayList<>();
        for (AuditRecord r : records)
            EvalSample.value(r.grade().verdict()).ifPresent(v -> values.add(v.equals("C") ? 1.0 : 0.0));
        long voids = records.stream()
                .filter(r -> r.grade().verdict() == Verdict.VOID)
                .count();
        ObjectNode results =
                JSON.objectNode().put("total_samples", records.size()).put("completed_samples", records.size() - voids);
        ArrayNode scores = results.putArray("scores");
        if (values.isEmpty()) return results;
        double mean = values.stream().mapToDouble(d -> d).average().orElseThrow();
        ObjectNode score = scores.addObject().put("name", SCORER).put("scorer", SCORER);
        score.put("scored_samples", values.size()).put("unscored_samples", records.size() - values.size());
        score.putObject("params");
        ObjectNode accuracy = score.putObject("metrics")
                .putObject("accuracy")
                .put("name", "accuracy")
                .put("value", mean);
        accuracy.putObject("params");
        return results;
    }
}
