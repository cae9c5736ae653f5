package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Persona;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Many scenarios at once: somebody else writes them, the target answers each of them once, and the investigator reads. It
 * gives no more than a direction and a size. One sample per scenario; samples that failed are left out and counted; nothing
 * is taken out for being said twice.
 */
public final class ScaffoldedTool extends FunctionTool {
    private static final GrammarScenarios FIXED = new GrammarScenarios();

    private final Scaffold form;
    private final Session session;
    private final ScenarioSource source;

    /** How many scenarios. */
    public enum Size {
        LARGE(100),
        SMALL(20);

        private final int scenarios;

        Size(int scenarios) {
            this.scenarios = scenarios;
        }

        public int scenarios() {
            return scenarios;
        }
    }

    private record Multisample(Optional<String> hint, Optional<Size> size) {}

    public ScaffoldedTool(Scaffold form, Session session, ScenarioSource source) {
        this.form = form;
        this.session = session;
        this.source = source;
        functions.with(
                form.function(),
                form.description()
                        + " hint: a direction for the scenarios, in words; without one they are spread widely."
                        + " size: large = " + Size.LARGE.scenarios + " (the default) or small = " + Size.SMALL.scenarios
                        + ".",
                Multisample.class,
                a -> multisample(a.hint().filter(h -> !h.isBlank()), a.size().orElse(Size.LARGE)));
    }

    @Override
    public String name() {
        return "scaffolded-" + form.key();
    }

    private JsonNode multisample(Optional<String> hint, Size size) {
        SplitRandom random = session.next();
        List<Ask> asks = source.scenarios(form, size.scenarios, hint, random.split("scenarios"));
        List<String> texts = sampled(asks, streams(random.split("samples"), asks.size()));
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        var items = out.putArray("samples");
        for (int i = 0; i < asks.size(); i++)
            if (!texts.get(i).isBlank())
                items.add(scenario(asks.get(i)).put("sample", whole(asks.get(i), texts.get(i))));
        return out.put("scenarios", asks.size()).put("failed", asks.size() - items.size());
    }

    private static List<SplitRandom> streams(SplitRandom random, int count) {
        return IntStream.range(0, count).mapToObj(random::split).toList();
    }

    private List<String> sampled(List<Ask> asks, List<SplitRandom> streams) {
        return Samples.of(session.target(), name(), asks, Target.REPLY, streams);
    }

    /** What the target wrote; with the first words of a reply where they were given. */
    private static String whole(Ask ask, String written) {
        return (ask instanceof Ask.Reply reply ? reply.prefill() + " " + written : written).strip();
    }

    private static ObjectNode scenario(Ask ask) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        for (Message m : ask.history()) {
            String said = m.role() == Message.Role.SYSTEM ? own(m.content()) : m.content();
            if (!said.isEmpty()) out.put(m.role().key(), said);
        }
        if (ask instanceof Ask.Reply reply) out.put("prefill", reply.prefill());
        if (ask instanceof Ask.Text text) out.put("prompt", text.text());
        return out;
    }

    /** The part of a system prompt that is not the persona's. */
    private static String own(String system) {
        return system.startsWith(Persona.TEXT)
                ? system.substring(Persona.TEXT.length()).strip()
                : system;
    }

    /** The first scenarios of the grammar, whoever writes them for an investigator. */
    @Override
    public List<Output> outputs(int count) {
        SplitRandom random = Tool.fixed(name());
        List<Ask> asks = FIXED.scenarios(form, count, Optional.empty(), random.split("scenarios"));
        List<String> texts = sampled(asks, streams(random.split("samples"), count));
        var out = new ArrayList<Output>();
        for (int i = 0; i < count; i++)
            out.add(new Output(about(asks.get(i)), texts.get(i).isBlank() ? "" : whole(asks.get(i), texts.get(i))));
        return List.copyOf(out);
    }

    /** What comes last before the sample. */
    private static String about(Ask ask) {
        return ask instanceof Ask.Text text
                ? text.text()
                : own(ask.history().getLast().content());
    }
}
