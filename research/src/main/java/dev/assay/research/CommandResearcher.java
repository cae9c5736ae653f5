package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Any program has the ideas, such as a coding agent's command line. It is started in a folder of its own with all that is
 * known beside it in files, may write there and nowhere else, and leaves {@code proposal.json}; if that can't be read, it is
 * started once more with what is wrong.
 */
final class CommandResearcher implements Researcher {
    private static final String NAME = "command";
    private static final String GIVEN = "given";
    private static final String PROBLEM = "PROBLEM.md";
    private static final String PROPOSAL = "ASSAY_PROPOSAL";
    private static final String OUTPUT = "output.txt";
    private static final int STARTS = 2;
    private static final int STRAY_LOOKS = 40;
    private static final long STRAY_MILLIS = 50;
    private static final int FILE_MEGABYTES = 512;
    private static final int RESIDENT_MEGABYTES = 8192;

    private final Workspace workspace;
    private final Who.Command who;
    private final Sandbox sandbox;
    private final Consumer<String> progress;

    CommandResearcher(Workspace workspace, Who.Command who, Sandbox sandbox, Consumer<String> progress) {
        this.workspace = workspace;
        this.who = who;
        this.sandbox = sandbox;
        this.progress = progress;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Proposal> propose(Memory now, SplitRandom random) {
        Map<String, Object> settings = Map.of("command", who.line());
        try (Session session = Session.open(workspace, NAME, settings, random)) {
            return Optional.of(propose(session));
        } catch (IOException e) {
            throw new ResearchException("the command can't be run (" + e.getMessage() + ")", e);
        }
    }

    private Proposal propose(Session session) throws IOException {
        progress.accept("session " + session.name() + ": " + who.line());
        Path given = session.folder().resolve(GIVEN);
        Path own = session.folder().resolve("proposal");
        if (Files.exists(own)) Sandbox.delete(own); // of a start that was cut short
        Files.createDirectories(own);
        give(session, given);
        long began = System.nanoTime();
        String wrong = "";
        for (int start = 1; start <= STARTS; start++) {
            if (!wrong.isEmpty()) AtomicFile.write(given.resolve(PROBLEM), Workspace.utf8(wrong + "\n"));
            Optional<String> breach = run(session, own);
            Map<String, Object> asked = asked(session, start, began);
            if (breach.isPresent()) throw new NoProposal(session.name(), breach.get(), asked);
            try {
                Idea idea = new Drafts(session.memory(), session.blind(), Optional.empty())
                        .idea(new ProposalFolder(own).draft());
                return new Proposal(idea, session.memory().control(), session.name(), asked);
            } catch (ResearchException e) {
                wrong = String.valueOf(e.getMessage());
                progress.accept("its proposal can't be taken: " + wrong);
            }
        }
        throw new NoProposal(
                session.name(),
                "its proposal could not be taken, also after it was mended once: " + wrong,
                asked(session, STARTS, began));
    }

    private static void give(Session session, Path given) {
        var briefing = new Briefing(session.memory(), session.blind());
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(Workspace.TASK, Workspace.utf8(session.memory().task()));
        files.put("RULES.md", Workspace.utf8(Briefing.text("rules-for-commands")));
        files.put("EXTENSION-POINT.md", Workspace.utf8(Briefing.text("extension-point")));
        files.put("ledger.json", CanonicalJson.pretty(briefing.ledger()));
        files.put("grammar.json", CanonicalJson.pretty(briefing.grammar()));
        files.forEach((name, bytes) -> AtomicFile.write(given.resolve(name), bytes));
        if (!session.blind())
            for (Memory.Past p : session.memory().past())
                AtomicFile.write(
                        given.resolve("sprints").resolve(p.sprint() + ".json"),
                        CanonicalJson.pretty(briefing.sprint(p.sprint())));
    }

    /** Why what it left does not count, if so. */
    private Optional<String> run(Session session, Path own) throws IOException {
        List<Path> watched = new ArrayList<>(List.of(
                workspace.folder().resolve(Workspace.TASK), session.folder().resolve(GIVEN)));
        Outside before = Outside.of(workspace, own).and(watched);
        Files.createDirectories(own.resolve("tmp"));
        long seconds = Math.max(1, who.time().toSeconds());
        var limits = new Protocol.Limits(seconds, 0, RESIDENT_MEGABYTES, FILE_MEGABYTES);
        var rights = new Sandbox.Rights(List.of("/"), who.writable(), true);
        var builder = new ProcessBuilder(sandbox.command(own, limits, rights, List.of("/bin/sh", "-c", who.line())))
                .directory(own.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        session.folder().resolve(OUTPUT).toFile()));
        builder.environment().put("TMPDIR", own.resolve("tmp").toAbsolutePath().toString());
        builder.environment()
                .put(
                        "ASSAY_GIVEN",
                        session.folder().resolve(GIVEN).toAbsolutePath().toString());
        builder.environment().put(PROPOSAL, own.toAbsolutePath().toString());
        Optional<String> killed;
        try (var guarded = new Guarded(builder.start(), seconds, limits.residentMegabytes())) {
            int exit = guarded.await();
            killed = guarded.killed();
            if (exit != 0) progress.accept("the command ended with code " + exit);
        } finally {
            endStrays(PROPOSAL + "=" + own.toAbsolutePath());
        }
        return killed.map(k -> "the command " + k)
                .or(() -> before.changed().map(c -> c + ", outside of its folder, changed while the command ran"));
    }

    /** Ends what the command left running: all that has its environment, until there is nothing more. */
    private static void endStrays(String mark) {
        try {
            for (int look = 0; look < STRAY_LOOKS; look++) {
                List<ProcessHandle> strays =
                        ProcessHandle.allProcesses().filter(p -> has(p, mark)).toList();
                if (strays.isEmpty()) return;
                strays.forEach(ProcessHandle::destroyForcibly);
                Thread.sleep(STRAY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean has(ProcessHandle process, String mark) {
        try {
            byte[] environment = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/environ"));
            return List.of(new String(environment, StandardCharsets.ISO_8859_1).split("\0", -1))
                    .contains(mark);
        } catch (IOException e) {
            return false; // another user's, or it has just ended
        }
    }

    private static Map<String, Object> asked(Session session, int starts, long began) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("starts", starts);
        out.put("seconds", Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0);
        Path output = session.folder().resolve(OUTPUT);
        if (Files.exists(output)) out.put("output-sha256", Hashes.of(output));
        return out;
    }
}
