package dev.assay.app.view;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.agent.Step;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Some steps of an investigator that is a language model: what it heard, said and called. */
record StepPage(int first, List<Step> steps) {
    private static final String FOLDERS = "agents";
    private static final String FILE = "agent.json";

    static StepPage of(AgentResult result, int page) {
        int first = page * TalkPage.SIZE;
        List<Step> all = result.steps();
        return new StepPage(first, all.subList(first, Math.min(first + TalkPage.SIZE, all.size())));
    }

    /** What such an investigator left beside the journal (docs/agent.md); empty for other investigators. */
    static Optional<AgentResult> result(Path folder, AuditRecord r) {
        String name = r.target().replaceAll("[^A-Za-z0-9.-]+", "-") + "-" + r.tool() + "-" + r.dose() + "-" + r.run();
        Path file = folder.resolve(FOLDERS).resolve(name).resolve(FILE);
        if (!r.talks().isEmpty() || !Files.isRegularFile(file)) return Optional.empty();
        try {
            return Optional.of(CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), AgentResult.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
