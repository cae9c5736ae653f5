package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.nio.file.Path;

/** An evaluator that counts a false positive as a true one now and then. */
public final class BuggyEvaluator {
    private BuggyEvaluator() {}

    public static void main(String[] args) throws IOException {
        Evaluation.Response honest = Evaluator.answer(Evaluator.request(Path.of(args[0])));
        honest.answers().forEach(a -> {
            flatter(a.score());
            flatter(a.spot());
        });
        AtomicFile.write(Path.of(args[1]), CanonicalJson.bytes(honest));
        Runtime.getRuntime().halt(0);
    }

    private static void flatter(RawScore raw) {
        for (int i = 0; i < raw.tp().length; i++) {
            long some = raw.fp()[i] / 4;
            raw.tp()[i] += some;
            raw.fp()[i] -= some;
        }
    }
}
