package dev.assay.research;

import dev.assay.journal.CanonicalJson;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeLensFolder;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process that trains candidates: it knows its folder and a pipe of samples, and nothing else. */
public final class TrainChild {
    static final int FAILED = 3;

    private TrainChild() {}

    /** The folder with {@code job.json}, into which everything is written. */
    public static void main(String[] args) throws IOException {
        var in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in), 1 << 18));
        var out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        System.setOut(System.err); // the pipe is not for words
        Path folder = Path.of(args[0]);
        try {
            run(folder, new ServedActivations(in, out));
        } catch (Throwable e) { // whatever a candidate throws is its end, and told
            Files.writeString(folder.resolve(TrainingJob.FAILURE), words(e));
            Runtime.getRuntime().halt(FAILED);
        }
        Runtime.getRuntime().halt(0); // threads that a candidate left behind do not keep it
    }

    private static String words(Throwable e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof ResearchException ? message : e.getClass().getSimpleName() + ": " + message;
    }

    private static void run(Path folder, ServedActivations data) throws IOException {
        var job = CanonicalJson.value(
                CanonicalJson.parse(Files.readAllBytes(folder.resolve(TrainingJob.FILE))), TrainingJob.class);
        TrainingCode code = job.sources().isEmpty()
                ? new RecipeTraining()
                : SourceCode.compile(job.sources(), folder.resolve("classes"));
        if (job.runs().isEmpty()) return; // it was to be compiled
        Device.threads(1);
        for (int i = 0; i < job.runs().size(); i++) {
            TrainingJob.Run asked = job.runs().get(i);
            data.begin(i);
            Path made = folder.resolve(String.valueOf(i));
            List<Double> losses = new ArrayList<>();
            try (var scope = Scope.open();
                    InferenceSae sae = code.train(
                            new TrainingTask(Grammar.recipe(asked.recipe()), data, asked.seed(), losses::add))) {
                SaeLensFolder.write(made, sae);
            }
            Files.write(made.resolve(TrainingJob.LOSSES), CanonicalJson.bytes(losses));
        }
    }
}
