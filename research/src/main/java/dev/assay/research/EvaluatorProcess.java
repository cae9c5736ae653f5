package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the evaluator in a process of its own. */
final class EvaluatorProcess {
    private static final int HEAP = 1024;
    private static final long SECONDS = 3600;

    private final Class<?> main;

    EvaluatorProcess(Class<?> main) {
        this.main = main;
    }

    String hash() {
        return CodeHash.of(main);
    }

    /** @throws ResearchException if it does not answer all that it was asked */
    List<Evaluation.Answer> ask(Path folder, Evaluation.Request request) {
        Path question = folder.resolve("question.json");
        Path answer = folder.resolve("answer.json");
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(answer);
            AtomicFile.write(question, CanonicalJson.bytes(request));
            Process process = new ProcessBuilder(
                            Jvm.command(HEAP, folder, main.getName(), question.toString(), answer.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("evaluator.txt").toFile())
                    .start();
            try {
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS))
                    throw new ResearchException("the evaluator did not end");
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0 || !Files.exists(answer))
                throw new ResearchException("the evaluator failed: "
                        + Files.readString(folder.resolve("evaluator.txt")).strip());
            List<Evaluation.Answer> answers = CanonicalJson.value(
                            CanonicalJson.parse(Files.readAllBytes(answer)), Evaluation.Response.class)
                    .answers();
            if (answers.size() != request.items().size())
                throw new ResearchException("the evaluator answered " + answers.size() + " of "
                        + request.items().size() + " questions");
            return answers;
        } catch (IOException e) {
            throw new ResearchException("the evaluator can't be run in " + folder + " (" + e.getMessage() + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        }
    }
}
