package dev.assay.research;

import dev.assay.chat.Answer;
import dev.assay.chat.Calls;
import dev.assay.chat.Chat;
import dev.assay.chat.Talk;
import dev.assay.chat.ToolCall;
import dev.assay.chat.Turn;
import dev.assay.chat.Usage;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** One conversation with a language model, from the first words to a proposal, or to the reason why there is none. */
final class LlmSession {
    private static final String TRANSCRIPT = "transcript.json";
    private static final int LEAST_ANSWER = 64;
    private static final int MOST_CALLS = 16;
    /** A proposal that can't be read may be mended once. */
    private static final int MOST_REFUSALS = 2;

    /** An answer, and what its calls brought. */
    private record Step(int turn, String said, List<LlmTools.Call> calls, Usage usage) {}

    private final Session session;
    private final Chat chat;
    private final LlmTools tools;
    private final Who.Limits limits;
    private final Consumer<String> progress;
    private final Talk talk;
    private final List<Step> steps = new ArrayList<>();
    private final OptionalDouble before;

    LlmSession(Session session, Chat chat, LlmTools tools, Who.Limits limits, Consumer<String> progress) {
        this.session = session;
        this.chat = chat;
        this.tools = tools;
        this.limits = limits;
        this.progress = progress;
        this.talk = new Talk(limits.context());
        this.before = chat.totals().dollars();
    }

    /** @throws NoProposal if nothing came of it within the limits */
    Proposal hold() {
        progress.accept("session " + session.name() + " with " + chat.model());
        talk.add(Turn.system(Briefing.text("rules")));
        talk.add(Turn.user(start()));
        for (int idle = 0; tools.idea().isEmpty(); ) {
            long left = limits.tokens() - written();
            if (left < Math.min(LEAST_ANSWER, limits.tokens())) throw none("its tokens were used up");
            if (steps.size() == limits.turns()) throw none("its turns were used up");
            boolean called = turn(left);
            if (tools.refusals().size() == MOST_REFUSALS)
                throw none("its proposal could not be taken, also after it was mended once: "
                        + tools.refusals().getLast());
            idle = called ? 0 : idle + 1;
            if (idle > limits.idle()) throw none("it stopped calling functions and proposed nothing");
            if (!called) talk.add(Turn.user(goOn()));
        }
        return new Proposal(tools.idea().orElseThrow(), session.memory().control(), session.name(), asked());
    }

    private String start() {
        return String.format(
                Locale.ROOT,
                "Prepare the next sprint and hand in one idea with `propose`. You may write %d tokens in %d answers, and try"
                        + " things out %d times.%s",
                limits.tokens(),
                limits.turns(),
                limits.experiments(),
                session.blind()
                        ? " It is another family's turn: past sprints are hidden, so that they anchor nothing."
                        : "");
    }

    private String goOn() {
        return String.format(
                Locale.ROOT,
                "Nothing was called, and words alone change nothing. Go on: call a function, or hand in the idea with"
                        + " `propose`. %d answers and %d tokens are left.",
                limits.turns() - steps.size(),
                Math.max(0, limits.tokens() - written()));
    }

    private boolean turn(long left) {
        int turn = steps.size() + 1;
        Answer answer = chat.ask(
                chat.reply(talk.turns()).withTools(tools.specs()).atMost(left),
                session.random().split("turn").split(turn));
        List<ToolCall> mended = Calls.mended(answer, turn);
        talk.add(Calls.turn(answer, mended));
        List<LlmTools.Call> calls = new ArrayList<>();
        for (int i = 0; i < mended.size(); i++) {
            ToolCall call = answer.calls().get(i);
            calls.add(
                    i < MOST_CALLS
                            ? tools.call(call)
                            : tools.refuse(call, "not done: at most " + MOST_CALLS + " calls at a time"));
            talk.add(new Turn.Returned(mended.get(i), calls.getLast().result()));
            progress.accept(
                    "turn " + turn + ": " + call.tool() + (calls.getLast().ok() ? "" : ", refused"));
        }
        steps.add(new Step(turn, answer.text(), calls, answer.usage()));
        return !calls.isEmpty();
    }

    private long written() {
        return steps.stream().mapToLong(s -> s.usage().output()).sum();
    }

    private NoProposal none(String why) {
        return new NoProposal(session.name(), why, asked());
    }

    /** What it took; the transcript is written with it. */
    private Map<String, Object> asked() {
        Path file = session.folder().resolve(TRANSCRIPT);
        AtomicFile.write(file, CanonicalJson.pretty(steps));
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", chat.model());
        out.put("turns", steps.size());
        out.put("experiments", tools.experiments());
        out.put("input", steps.stream().mapToLong(s -> s.usage().input()).sum());
        out.put("output", written());
        OptionalDouble now = chat.totals().dollars();
        if (now.isPresent() && before.isPresent()) out.put("dollars", now.getAsDouble() - before.getAsDouble());
        out.put("transcript-sha256", Hashes.of(file));
        return out;
    }
}
