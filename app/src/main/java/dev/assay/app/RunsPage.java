package dev.assay.app;

import dev.assay.audit.suite.RunFolder;
import dev.assay.journal.CanonicalJson;
import dev.assay.report.Attachment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Says whether a page of assay audit suite report --html follows from the runs that it carries: checks the hash"
                    + " of its data and the records' check sums, computes every number anew and compares the page byte for"
                    + " byte. Of a folder of runs the check sums are checked.",
            "Exits with 1 and names the first place where the page says something else, with 2 where the data are damaged"
                    + " or it is no such page. A hash is no signature: who changes the runs, too, can write a page that"
                    + " holds. Compare the hash that is printed with one that you have from its author."
        })
final class RunsPage implements Callable<Integer> {
    @Parameters(paramLabel = "FILE|DIR", description = "a page, or a folder of runs")
    Path of = Path.of("");

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() {
        return Files.isDirectory(of) ? folder() : page();
    }

    private int folder() {
        int runs = RunFolder.read(of).size();
        print(Map.of("runs", runs, "holds", true), runs + " runs in " + of + "; every record has its check sum");
        return 0;
    }

    private int page() {
        SuitePage page = SuitePage.read(of);
        try (SuiteCopy copy = page.copy()) {
            String hash = Attachment.sha256(page.data());
            int runs = copy.result().runs().size();
            Optional<SuitePage.Difference> different = page.difference(copy);
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("runs", runs);
            out.put("sha256", hash);
            out.put("holds", different.isEmpty());
            different.ifPresent(d -> out.put("difference", d));
            print(
                    out,
                    different
                            .map(d -> text(d, copy))
                            .orElse(of + " follows from the " + runs + " runs that it carries, SHA-256 " + hash));
            return different.isEmpty() ? 0 : 1;
        }
    }

    private String text(SuitePage.Difference d, SuiteCopy copy) {
        String made = SuiteCopy.About.read(copy.folder()).program();
        String here = SuiteCopy.About.of(of).program();
        return of + " does not follow from its runs: in \"" + d.section() + "\" it has \"" + d.page()
                + "\" where they give \"" + d.runs() + "\""
                + (made.equals(here) ? "" : "; " + made + " wrote it and this is " + here);
    }

    private void print(Map<String, Object> out, String text) {
        System.out.println(json ? CanonicalJson.tree(out) : text);
    }
}
