package dev.assay.audit.oracle;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.organism.Grammar;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Draws the questions that an oracle is trained on and measured with. A held-out question is on a context that no
 * training question has; a planted one asks for a secret that none has.
 */
final class TaskMix {
    /** A seventh of the questions for the instruction are on system prompts without one. */
    private static final int NOTHING = 7;

    private final OracleRecipe recipe;
    private final LanguageModel model;
    private final List<int[]> passages;
    private final List<Integer> layers;
    private final TaskFile file = TaskFile.shipped();
    private final Grammar grammar = file.rules();
    private final SplitRandom random;
    private final int header;

    /** @param passages tokens of texts that the model wrote */
    TaskMix(OracleRecipe recipe, LanguageModel model, List<int[]> passages) {
        this.recipe = recipe;
        this.model = model;
        this.passages = passages;
        this.layers = recipe.layers(model.config());
        this.random = SplitRandom.of(recipe.seed()).split("oracle-tasks");
        List<Message> hello = List.of(Message.user("Hello"));
        this.header =
                model.template().encode(hello, true).length - model.template().encode(hello, false).length;
    }

    /** What measures the oracle, by the name under which it is reported. */
    Map<String, List<Item>> heldOut() {
        OracleRecipe.HeldOut counts = recipe.heldOut();
        Map<String, List<Item>> sets = new LinkedHashMap<>();
        sets.put("secrets", several(counts.secrets(), "held-out secrets", Set.of(), r -> secret(r, false)));
        sets.put("texts", several(counts.texts(), "held-out texts", Set.of(), this::text));
        sets.put("context", several(counts.context(), "held-out context", Set.of(), r -> passage(r, true, true)));
        sets.put("planted", several(counts.planted(), "planted", Set.of(), r -> secret(r, true)));
        return sets;
    }

    /** What the oracle learns: nothing on a context of these. */
    List<Item> training(Map<String, List<Item>> heldOut) {
        Set<String> kept = new HashSet<>();
        heldOut.values().forEach(items -> items.forEach(i -> kept.add(Arrays.toString(i.context()))));
        OracleRecipe.Mix mix = recipe.mix();
        var all = new ArrayList<Item>();
        all.addAll(several(mix.secrets(), "secrets", kept, r -> secret(r, false)));
        all.addAll(several(mix.texts(), "texts", kept, this::text));
        all.addAll(several(mix.single(), "single", Set.of(), r -> passage(r, false, false)));
        all.addAll(several(mix.several(), "several", Set.of(), r -> passage(r, true, false)));
        return all;
    }

    private List<Item> several(int count, String name, Set<String> without, Function<RandomGenerator, Item> draw) {
        var items = new ArrayList<Item>();
        SplitRandom stream = random.split(name);
        for (int i = 0; items.size() < count; i++) {
            if (i > 50 * (count + 1))
                throw new OracleException("oracle/tasks.yaml has too few texts for " + count + " " + name
                        + " beside the held-out ones: ask for fewer in the recipe");
            Item item = draw.apply(stream.split(i).generator());
            if (!without.contains(Arrays.toString(item.context()))) items.add(item);
        }
        return items;
    }

    // --- hidden system prompts

    private Item secret(RandomGenerator r, boolean planted) {
        TaskFile.Secret set = TaskFile.draw(file.secrets(), r);
        List<String> labels = set.labels(planted);
        String label = TaskFile.draw(labels, r);
        String instruction = TaskFile.draw(set.system(), r).replace("{label}", label);
        return switch (r.nextInt(4)) {
            case 0, 1 -> {
                Asked asked = yesNo(set.yesNo(), label, labels, r);
                yield hidden(Item.Form.YES_NO, set.name(), instruction, asked, r);
            }
            case 2 -> {
                var asked = new Asked(TaskFile.draw(set.which(), r), label);
                yield hidden(Item.Form.NAME, set.name(), instruction, asked, r);
            }
            default -> {
                boolean nothing = !planted && r.nextInt(NOTHING) == 0;
                var asked = new Asked(
                        TaskFile.draw(file.tell(), r),
                        nothing ? file.nothing() : instruction,
                        nothing ? file.nothing() : label);
                yield hidden(Item.Form.TELL, nothing ? "nothing" : set.name(), nothing ? "" : instruction, asked, r);
            }
        };
    }

    /** @param named what a right answer says */
    private record Asked(String question, String answer, String named) {
        Asked(String question, String answer) {
            this(question, answer, answer);
        }
    }

    /** As often yes as no, whatever the question; what is there stands first, so that a small oracle reads before it compares. */
    private static Asked yesNo(List<String> questions, String label, List<String> labels, RandomGenerator r) {
        boolean yes = r.nextBoolean();
        String asked = yes ? label : TaskFile.other(label, labels, r);
        String verdict = yes ? "Yes" : "No";
        return new Asked(TaskFile.draw(questions, r).replace("{label}", asked), label + ": " + verdict, verdict);
    }

    private Item hidden(Item.Form form, String set, String instruction, Asked asked, RandomGenerator r) {
        String opening = expand(TaskFile.draw(file.opening(), r), r);
        String system = (opening + " " + instruction).strip();
        String said = expand(TaskFile.draw(file.user(), r), r);
        var talk = new ArrayList<Message>();
        if (!system.isEmpty()) talk.add(Message.system(system));
        talk.add(Message.user(said));
        return chat(form, set, talk, said, asked, r);
    }

    // --- properties of texts

    private Item text(RandomGenerator r) {
        TaskFile.Property set = TaskFile.draw(file.texts(), r);
        Map.Entry<String, List<String>> drawn =
                TaskFile.draw(List.copyOf(set.classes().entrySet()), r);
        String label = drawn.getKey();
        String said = expand(TaskFile.draw(drawn.getValue(), r), r);
        boolean binary = r.nextInt(3) > 0;
        Asked asked =
                binary ? yesNo(set.yesNo(), label, set.labels(), r) : new Asked(TaskFile.draw(set.which(), r), label);
        return chat(
                binary ? Item.Form.YES_NO : Item.Form.NAME, set.name(), List.of(Message.user(said)), said, asked, r);
    }

    private String expand(String template, RandomGenerator r) {
        return grammar.expand(template, r, new HashMap<>());
    }

    /** A window near the end of a chat that is the assistant's turn, never on the system prompt. */
    private Item chat(Item.Form form, String set, List<Message> talk, String said, Asked asked, RandomGenerator r) {
        int[] ids = model.template().encode(talk, true);
        int lowest = Math.max(0, ids.length - header - model.tokenizer().encodePlain(said).length);
        int last = Math.max(lowest, ids.length - 1 - r.nextInt(recipe.window().back() + 1));
        int count = Math.min(1 + r.nextInt(recipe.window().most()), last - lowest + 1);
        return new Item(
                form,
                set,
                ids,
                TaskFile.draw(layers, r),
                last - count + 1,
                count,
                asked.question(),
                asked.answer(),
                asked.named());
    }

    // --- what stands before and behind

    /** One passage of five is held out. */
    private Item passage(RandomGenerator r, boolean several, boolean heldOut) {
        int index = r.nextInt(passages.size());
        while ((index % 5 == 0) != heldOut) index = r.nextInt(passages.size());
        int[] ids = passages.get(index);
        int n = 2 + r.nextInt(5);
        int count = several ? Math.min(1 + r.nextInt(recipe.window().most()), ids.length - 2 * n) : 1;
        int first = n + r.nextInt(ids.length - 2 * n - count + 1);
        boolean after = r.nextBoolean();
        int from = after ? first + count : first - n;
        String answer = model.tokenizer()
                .decode(Arrays.copyOfRange(ids, from, from + n))
                .strip();
        String question = TaskFile.draw(after ? file.after() : file.before(), r).replace("{n}", Integer.toString(n));
        int[] seen = Arrays.copyOf(ids, first + count);
        return new Item(
                Item.Form.CONTINUE,
                after ? "after" : "before",
                seen,
                TaskFile.draw(layers, r),
                first,
                count,
                question,
                answer,
                answer);
    }
}
