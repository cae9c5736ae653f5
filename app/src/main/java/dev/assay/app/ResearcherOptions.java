package dev.assay.app;

import dev.assay.chat.Roles;
import dev.assay.research.Who;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who does the research, and what it is given. */
final class ResearcherOptions {
    @Option(
            names = "--researcher",
            paramLabel = "WHO",
            defaultValue = "offline",
            description =
                    "offline (no language model), llm (role researcher of --roles), command (see --command), or random (the control)")
    String researcher = "offline";

    @Option(names = "--roles", paramLabel = "FILE", description = "models that play roles (docs/chat.md), for llm")
    @Nullable
    Path roles;

    @Option(
            names = "--literature",
            paramLabel = "DIR|URL",
            description =
                    "for llm: a folder of .md, .txt and .pdf files, or the address of a search with {query} in it")
    @Nullable
    String literature;

    @Option(
            names = "--experiments",
            paramLabel = "N",
            defaultValue = "4",
            description = "exploratory runs of llm for one proposal (default: ${DEFAULT-VALUE})")
    int experiments;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "60000",
            description =
                    "that llm may write for one proposal (default: ${DEFAULT-VALUE}); dollars: max-cost of its role")
    long tokens;

    @Option(
            names = "--command",
            paramLabel = "LINE",
            description =
                    "for command: started by a shell for each proposal; it leaves proposal.json where it is started")
    @Nullable
    String command;

    @Option(
            names = "--command-minutes",
            paramLabel = "N",
            defaultValue = "30",
            description = "for one start of the command (default: ${DEFAULT-VALUE})")
    double minutes;

    @Option(
            names = "--command-writes",
            paramLabel = "DIR",
            split = ",",
            description = "folders that the command may write below besides its own, such as its settings")
    @Nullable
    List<Path> writes;

    /** Does something with the researcher that was asked for, and lets go of its models. */
    void with(Consumer<Who> work) {
        switch (researcher) {
            case "offline" -> work.accept(new Who.Offline());
            case "random" -> work.accept(new Who.AtRandom());
            case "llm" -> withModel(work);
            case "command" -> {
                if (command == null) throw new UserException("--researcher command needs --command LINE");
                WorldCommand.positive(minutes, "--command-minutes");
                var time = Duration.ofSeconds(Math.max(1, Math.round(60 * minutes)));
                work.accept(new Who.Command(command, time, writes == null ? List.of() : writes));
            }
            default ->
                throw new UserException(
                        "there is no researcher '" + researcher + "'; there are offline, llm, command and random");
        }
    }

    private void withModel(Consumer<Who> work) {
        if (roles == null)
            throw new UserException("--researcher llm needs --roles FILE with a role named researcher (docs/chat.md)");
        WorldCommand.atLeast(0, experiments, "--experiments");
        WorldCommand.atLeast(1, tokens, "--tokens");
        Who.Limits limits = Who.Limits.STANDARD.with(experiments, tokens);
        asking(roles, read -> {
            work.accept(new Who.Llm(read, Optional.ofNullable(literature), limits));
            return read;
        });
    }

    /** Does something with models that play roles, says what they took, and lets go of them. */
    static <T> T asking(Path roles, Function<Roles, T> work) {
        try (Roles read = Roles.read(roles, new LocalModels())) {
            T done = work.apply(read);
            read.totals().forEach(t -> System.err.println(t.line()));
            return done;
        }
    }
}
