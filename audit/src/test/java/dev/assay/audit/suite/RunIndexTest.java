package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.journal.JournalIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunIndexTest {
    @TempDir
    Path folder;

    private void assertIsTheFolder() {
        List<RunFolder.Run> whole = RunFolder.read(folder);
        try (RunIndex index = RunIndex.open(folder, JournalIndex.Progress.NONE)) {
            List<RunFolder.Run> briefs = index.briefs();
            assertThat(briefs)
                    .extracting(RunFolder.Run::key)
                    .containsExactlyElementsOf(
                            whole.stream().map(RunFolder.Run::key).toList());
            for (int i = 0; i < briefs.size(); i++) {
                assertThat(briefs.get(i).record())
                        .isEqualTo(whole.get(i).record().brief());
                assertThat(index.whole(briefs.get(i))).isEqualTo(whole.get(i));
            }
            for (String text : List.of("LINE", "of the", "a", "nowhere to be found"))
                assertThat(index.find(briefs, text)).isEqualTo(found(briefs, whole, text));
            assertThat(index.find(briefs, "line of the log")).hasSize(whole.size());
            assertThat(index.find(briefs.subList(0, 1), "line of the log")).hasSize(1);
        }
    }

    private static List<RunIndex.Found> found(List<RunFolder.Run> briefs, List<RunFolder.Run> whole, String text) {
        var found = new ArrayList<RunIndex.Found>();
        for (int i = 0; i < whole.size(); i++) {
            AuditRecord record = whole.get(i).record();
            for (JournalIndex.Passage p : RunIndex.passages(record))
                if (p.words().toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)))
                    found.add(new RunIndex.Found(briefs.get(i), p.place(), p.words()));
        }
        return found;
    }

    @Test
    void saysWhatTheFolderSaysWhileASuiteGoesOn() {
        Suite suite = SuiteStage.suite(3, 2, "");
        suite.write(folder);
        var stage = new SuiteStage(folder);
        stage.verdict = job -> job.run().target().equals("t1") ? Verdict.VOID : Verdict.HIT;
        stage.work(suite);
        assertIsTheFolder();
        new SuiteControl(folder)
                .requeue(SuiteStatus.book(folder).runs(SuiteBook.Outcome.VOID).stream()
                        .map(SuiteStatus.book(folder)::current)
                        .toList());
        assertIsTheFolder();
        stage.verdict = job -> Verdict.MISS;
        stage.work(suite, "second", Share.ALL, stage.bench());
        assertThat(RunFolder.read(folder)).extracting(RunFolder.Run::attempt).contains(1, 2);
        assertIsTheFolder();
    }
}
