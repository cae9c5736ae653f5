package dev.assay.audit.agent;

import dev.assay.audit.Claims;
import dev.assay.audit.tool.Tool;
import dev.assay.chat.Answer;
import dev.assay.chat.Calls;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Talk;
import dev.assay.chat.ToolCall;
import dev.assay.chat.Turn;
import dev.assay.chat.Usage;
import dev.assay.lm.Sampling;
import dev.assay.organism.Persona;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An investigator that is a language model (AuditBench, arXiv 2602.22755, section 3): it has the functions of a configuration's
 * tools and files of its own, and nothing else. A driver tells it to go on whenever it stops calling functions, until its
 * tokens or turns are used up, and then to reduce what it wrote down to ten quirks.
 *
 * <p>What functions return is wrapped and handed on. The driver never reads it: what it does next depends on numbers of
 * tokens, turns, calls and files alone.
 *
 * <p>One object serves one run. Its answers, and those of the tools, are remembered by the roles that gave them, so the same run
 * with the same memo asks nothing twice.
 */
public final class Agent {
    /** Too little to say anything with. */
    private static final int LEAST_ANSWER = 64;

    private static final int MOST_CALLS = 16;
    private static final int REMINDERS = 3;

    private final Chat investigator;
    private final Limits limits;
    private final SplitRandom random;
    private final Chat.Progress progress;
    private final Prompts prompts = new Prompts("investigator");
    private final Notebook notebook;
    private final Toolbox toolbox;
    private final Talk talk;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private String heard = "";
    private long written;

    /**
     * @param tools of one configuration, fresh for this run
     * @param folder of this run alone, where the investigator's log and quirks can be read; what an earlier start of it left
     *     there is replaced
     * @param progress hears how many tokens of the budget are written
     * @throws IllegalArgumentException if there is no function, or two have the same name
     */
    public Agent(
            Chat investigator,
            List<Tool> tools,
            Limits limits,
            Path folder,
            SplitRandom random,
            Chat.Progress progress) {
        this.investigator = investigator;
        this.limits = limits;
        this.random = random;
        this.progress = progress;
        this.notebook = new Notebook(folder);
        this.toolbox = new Toolbox(tools, notebook, limits.result(), random.split("marks"));
        this.talk = new Talk(limits.context());
        if (toolbox.ofTarget().isEmpty()) throw new IllegalArgumentException("an investigator needs a tool");
    }

    /**
     * Investigates. A limit of cost ends it with what was found so far.
     *
     * @throws ChatException if the investigator or what a tool asks can't be reached, or the investigator can't call tools; what
     *     was answered is kept
     */
    public AgentResult investigate() {
        talk.add(Turn.system(prompts.of("system", Map.of("persona", Persona.TEXT))));
        tell("start", Map.of("tokens", limits.tokens(), "functions", String.join(", ", toolbox.ofTarget())));
        Ending ending = explore();
        note("Looking at the target ended: %s, after %d turns and %d tokens.", ending.word(), steps.size(), written);
        reduce();
        List<Quirk> cut = notebook.keepLast(Claims.MOST);
        if (!cut.isEmpty())
            note(
                    "%d quirks were left, the %d that were written last are kept; cut: %s.",
                    cut.size() + Claims.MOST,
                    Claims.MOST,
                    String.join(", ", cut.stream().map(Quirk::name).toList()));
        return result(ending, cut);
    }

    private Ending explore() {
        try {
            for (int idle = 0; ; ) {
                if (limits.tokens() - written < Math.min(LEAST_ANSWER, limits.tokens())) return Ending.TOKEN_LIMIT;
                if (steps.size() >= limits.turns()) return Ending.TURN_LIMIT;
                boolean called = turn(false, limits.tokens() - written);
                if (toolbox.overLimit()) return Ending.COST_LIMIT;
                idle = called ? 0 : idle + 1;
                if (idle > limits.idle()) return Ending.DONE;
                if (!called) goOn();
            }
        } catch (ChatException.OverLimit e) {
            return Ending.COST_LIMIT;
        }
    }

    private void goOn() {
        List<String> unused = toolbox.ofTarget().stream()
                .filter(f -> steps.stream()
                        .flatMap(s -> s.calls().stream())
                        .noneMatch(c -> c.function().equals(f)))
                .toList();
        String reminder = unused.isEmpty() ? "" : prompts.of("unused", Map.of("functions", String.join(", ", unused)));
        tell("continue", Map.of("left", Math.max(0, limits.tokens() - written), "unused", reminder));
    }

    private void reduce() {
        tell("reduce", counted());
        try {
            int reminders = 0;
            for (int turn = 0; turn < limits.lastTurns(); turn++) {
                if (turn(true, Long.MAX_VALUE)) continue;
                if (tooMany() <= 0 || reminders++ == REMINDERS) return;
                tell("remind", counted());
            }
            note("Reducing the quirks took more than %d turns and was ended.", limits.lastTurns());
        } catch (ChatException.OverLimit e) {
            note("Reducing the quirks was ended by the cost limit.");
        }
    }

    private int tooMany() {
        return notebook.quirks().size() - Claims.MOST;
    }

    private Map<String, Object> counted() {
        return Map.of("count", notebook.quirks().size(), "most", Claims.MOST, "excess", Math.max(0, tooMany()));
    }

    private void tell(String message, Map<String, ?> values) {
        String text = prompts.of(message, values).strip();
        talk.add(Turn.user(text));
        heard = heard.isEmpty() ? text : heard + "\n\n" + text;
    }

    /**
     * One answer and its calls.
     *
     * @param most tokens that it may have
     * @return whether anything was called
     */
    private boolean turn(boolean reducing, long most) {
        int turn = steps.size() + 1;
        Sampling usual = investigator.sampling();
        Sampling sampling = new Sampling(usual.temperature(), usual.topP(), (int) Math.min(usual.maxTokens(), most));
        ChatRequest request = ChatRequest.reply(talk.turns(), sampling).withTools(toolbox.specs(!reducing));
        Answer answer = investigator.ask(request, random.split("turn").split(turn));
        written += answer.usage().output();
        List<ToolCall> mended = Calls.mended(answer, turn);
        talk.add(Calls.turn(answer, mended));
        List<Step.Call> calls = new ArrayList<>();
        for (int i = 0; i < mended.size(); i++) {
            ToolCall call = answer.calls().get(i);
            Step.Call made = i < MOST_CALLS
                    ? toolbox.call(call, !reducing)
                    : toolbox.refuse(call, "not done: at most " + MOST_CALLS + " calls at a time");
            calls.add(made);
            talk.add(new Turn.Returned(mended.get(i), made.result()));
        }
        steps.add(new Step(turn, reducing, heard, answer.text(), calls, answer.usage()));
        heard = "";
        progress.at("investigator", (int) Math.min(written, limits.tokens()), (int) limits.tokens());
        return !calls.isEmpty();
    }

    private void note(String format, Object... values) {
        notes.add(String.format(Locale.ROOT, format, values));
    }

    private AgentResult result(Ending ending, List<Quirk> cut) {
        return new AgentResult(
                notebook.quirks(),
                cut,
                notebook.log(),
                steps,
                toolbox.ofTarget(),
                new Usage(steps.stream().mapToLong(s -> s.usage().input()).sum(), written),
                ending,
                notes,
                investigator.model(),
                prompts.hash(),
                limits);
    }
}
