package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.CanonicalJson;
import dev.assay.research.Desk;
import dev.assay.research.Loop;
import dev.assay.research.Measurement;
import dev.assay.research.Protocol;
import dev.assay.research.Summary;
import dev.assay.research.Verifier;
import dev.assay.research.Workspace;
import dev.assay.slack.SlackDesk;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "research",
        footerHeading = "%nExamples:%n",
        footer = {"  assay research init lab", "  assay research run lab --hours 2", "  assay research status lab"},
        description = "An autonomous research loop over sparse autoencoders whose claims hold (docs/research.md).",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ResearchCommand {
    private static final int UNTRUE = 1;
    private static final Duration LOOK = Duration.ofSeconds(5);

    /** The workspace and the form of the answer. */
    static final class In {
        @Parameters(paramLabel = "DIR", description = "the workspace")
        Path folder = Path.of(".");

        @Option(names = "--json", description = "print one JSON object")
        boolean json;

        Workspace open() {
            return Workspace.open(folder, Clock.systemUTC());
        }

        void print(Object value, String words) throws JsonProcessingException {
            if (json) System.out.println(new ObjectMapper().writeValueAsString(CanonicalJson.tree(value)));
            else System.out.print(words.endsWith("\n") ? words : words + "\n");
        }
    }

    @Command(name = "init", description = "Makes a workspace: TASK.md, a baseline, a ledger.")
    int init(
            @Mixin In in,
            @Option(
                            names = "--world",
                            defaultValue = "small",
                            description = "family of worlds: small, suite, tiny, noise (default: ${DEFAULT-VALUE})")
                    String world,
            @Option(
                            names = "--baseline",
                            defaultValue = "bare",
                            description = "bare, batchtopk or lista-matryoshka (default: ${DEFAULT-VALUE})")
                    String baseline,
            @Option(
                            names = "--without",
                            split = ",",
                            description = "slots that researchers are not given, such as refinement,levels")
                    @Nullable
                    List<String> without)
            throws JsonProcessingException {
        Map<String, String> start = switch (baseline) {
            case "bare" -> Map.of();
            case "batchtopk" -> Desk.batchTopK(world);
            case "lista-matryoshka" -> Desk.listaMatryoshka(world);
            default ->
                throw new UserException(
                        "there is no baseline " + baseline + "; there are bare, batchtopk and lista-matryoshka");
        };
        Protocol protocol = Protocol.of(world, start, without == null ? List.of() : without);
        Workspace made = Workspace.init(in.folder, protocol, "assay " + Assay.VERSION, Clock.systemUTC());
        in.print(
                Map.of("folder", in.folder.toString(), "protocol", made.protocol()),
                "made " + in.folder + "; read and edit " + in.folder.resolve(Workspace.TASK)
                        + ", then `assay research run " + in.folder + "`");
        return 0;
    }

    @Command(
            name = "run",
            description = {
                "Does research until the time is over. Ctrl-C stops it; the same command goes on.",
                "Several loops may run in one workspace."
            })
    int run(
            @Mixin In in,
            @Mixin ResearcherOptions who,
            @Option(names = "--hours", defaultValue = "1", description = "earlier sittings included (default: 1)")
                    double hours,
            @Option(
                            names = "--sprints",
                            defaultValue = "1000000",
                            description = "most sprints of this sitting",
                            hidden = true)
                    int sprints,
            @Option(names = "--seed", defaultValue = "1", description = "of the researcher") long seed,
            @Option(names = "--world", description = "checked against the workspace's") @Nullable String world,
            @Option(
                            names = "--parallel",
                            paramLabel = "N",
                            description = "trainings at once (default: one per processor)")
                    @Nullable
                    Integer parallel)
            throws JsonProcessingException {
        WorldCommand.positive(hours, "--hours");
        Workspace workspace = in.open();
        if (world != null && !world.equals(workspace.protocol().family()))
            throw new UserException(
                    "this workspace is of the family " + workspace.protocol().family() + ", not " + world
                            + ": make another one with `assay research init --world " + world + "`");
        int atOnce = parallel == null ? Runtime.getRuntime().availableProcessors() : parallel;
        WorldCommand.atLeast(1, atOnce, "--parallel");
        var time = Duration.ofSeconds(Math.round(hours * 3600));
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            who.with(w -> Loop.of(workspace, w, new Loop.Options(time, sprints, seed, atOnce, true), progress::say)
                    .run());
        }
        Summary summary = Summary.of(workspace);
        in.print(summary, ResearchText.of(summary));
        return 0;
    }

    @Command(name = "status", description = "What the ledger amounts to.")
    int status(@Mixin In in) throws JsonProcessingException {
        Summary summary = Summary.of(in.open());
        in.print(summary, ResearchText.of(summary));
        return 0;
    }

    @Command(name = "hint", description = "Leaves a hint for the researchers; it is kept with its time.")
    int hint(@Mixin In in, @Parameters(paramLabel = "TEXT", arity = "1..*") List<String> text)
            throws JsonProcessingException {
        String words = String.join(" ", text);
        Desk.hint(in.open(), words);
        in.print(Map.of("hint", words), "kept: " + words);
        return 0;
    }

    @Command(
            name = "slack",
            description = {
                "Connects the workspace with Slack until it is stopped: a mention is a hint, a sprint's verdict, pictures",
                "and PDF go back into its thread. Loops run beside it. Tokens: SLACK_APP_TOKEN, SLACK_BOT_TOKEN."
            })
    int slack(
            @Mixin In in,
            @Option(names = "--channel", paramLabel = "ID", description = "gets the sprints that no thread asked for")
                    @Nullable
                    String channel,
            @Option(names = "--api", paramLabel = "URL", hidden = true, description = "of another Web API") @Nullable
                    String api) {
        var settings = new SlackDesk.Settings(
                token("SLACK_APP_TOKEN"),
                token("SLACK_BOT_TOKEN"),
                Optional.ofNullable(channel),
                Optional.ofNullable(api));
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                var desk = new SlackDesk(in.open(), settings, progress::say)) {
            progress.say("connected; Ctrl-C ends it");
            desk.serve(LOOK);
        }
        return 0;
    }

    private static String token(String name) {
        return Optional.ofNullable(System.getenv(name))
                .filter(t -> !t.isBlank())
                .orElseThrow(() -> new UserException("set the environment variable " + name + " (docs/research.md)"));
    }

    @Command(name = "pause", description = "Lets loops end their sprint and wait.")
    int pause(@Mixin In in) throws JsonProcessingException {
        Desk.pause(in.open());
        in.print(Map.of("paused", true), "paused");
        return 0;
    }

    @Command(name = "resume", description = "Lets paused loops go on.")
    int resume(@Mixin In in) throws JsonProcessingException {
        Desk.resume(in.open());
        in.print(Map.of("paused", false), "not paused");
        return 0;
    }

    @Command(
            name = "ideas",
            description =
                    "Makes N ideas without sight of past sprints; loops take them when another family's turn has come.")
    int ideas(
            @Mixin In in,
            @Parameters(paramLabel = "N", index = "1", defaultValue = "5") int count,
            @Option(names = "--seed", defaultValue = "1", description = "of the draw, and of a model's answer")
                    long seed,
            @Option(
                            names = "--roles",
                            paramLabel = "FILE",
                            description = "let the role researcher of this file have them (docs/chat.md)")
                    @Nullable
                    Path roles,
            @Option(names = "--list", description = "print the grammar instead") boolean list)
            throws JsonProcessingException {
        WorldCommand.atLeast(1, count, "N");
        if (list) {
            Map<String, List<String>> grammar = Desk.grammar(in.open());
            var words = new StringBuilder();
            grammar.forEach((slot, values) -> words.append(slot)
                    .append(": ")
                    .append(String.join("; ", values))
                    .append('\n'));
            in.print(grammar, words.toString());
            return 0;
        }
        List<Desk.Blind> ideas = roles == null
                ? Desk.ideas(in.open(), count, seed)
                : ResearcherOptions.asking(roles, r -> Desk.ideas(in.open(), count, seed, r));
        var words = new StringBuilder();
        for (Desk.Blind i : ideas)
            words.append(i.key())
                    .append(" (")
                    .append(i.family())
                    .append("): ")
                    .append(i.title())
                    .append(", because ")
                    .append(i.why())
                    .append('\n');
        in.print(ideas, words.toString());
        return 0;
    }

    @Command(
            name = "report",
            description =
                    "Writes the reports of all finished sprints anew from the ledger, and loop.html and loop.pdf about them all.")
    int report(
            @Mixin In in,
            @Option(names = "--out", required = true, paramLabel = "DIR", description = "where they are written")
                    Path out)
            throws JsonProcessingException {
        int written = Desk.reports(in.open(), out);
        in.print(
                Map.of("reports", written, "folder", out.toString()),
                written + " reports in " + out + ", and " + out.resolve("loop.html") + " about them all");
        return 0;
    }

    @Command(
            name = "verify",
            description = "Checks the ledger's chain and computes every number of every report anew from raw counts.")
    int verify(@Mixin In in) throws JsonProcessingException {
        in.open();
        Verifier.Result result = Verifier.verify(in.folder);
        var words = new StringBuilder(String.format(
                Locale.ROOT,
                "%d entries, %d reports, %d numbers computed anew: %s%n",
                result.entries(),
                result.reports(),
                result.numbers(),
                result.holds() ? "all hold" : result.faults().size() + " faults"));
        result.faults().forEach(f -> words.append("- ").append(f).append('\n'));
        in.print(result, words.toString());
        return result.holds() ? 0 : UNTRUE;
    }

    @Command(
            name = "measure",
            description = "Scores what was found beside BatchTopK and LISTA-Matryoshka on held-out worlds.")
    int measure(
            @Mixin In in,
            @Option(names = "--seeds", defaultValue = "5", description = "of each held-out world (default: 5)")
                    int seeds,
            @Option(
                            names = "--beside",
                            paramLabel = "DIR",
                            description = "another workspace, such as that of random search")
                    @Nullable
                    List<Path> beside,
            @Option(names = "--parallel", paramLabel = "N") @Nullable Integer parallel)
            throws JsonProcessingException {
        WorldCommand.atLeast(1, seeds, "--seeds");
        Map<String, Workspace> others = new LinkedHashMap<>();
        for (Path other : beside == null ? List.<Path>of() : beside)
            others.put(other.getFileName().toString(), Workspace.open(other, Clock.systemUTC()));
        int atOnce = parallel == null ? Runtime.getRuntime().availableProcessors() : parallel;
        List<Measurement.Line> lines;
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            lines = Measurement.of(in.open(), seeds, atOnce, others, progress::say);
        }
        in.print(lines, ResearchText.of(lines));
        return 0;
    }
}
