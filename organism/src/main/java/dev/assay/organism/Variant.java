package dev.assay.organism;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One model of a suite: what is hidden in it, how it was put there and how it is concealed.
 *
 * @param behaviour empty for a clean twin
 * @param copy twins of one kind differ in seed and data and are counted from 1; 0 for an organism
 */
public record Variant(Optional<Behaviour> behaviour, Instilling instilling, Concealment concealment, int copy) {
    private static final String TWIN = "twin";
    private static final int TWINS = 2;
    private static final Pattern NAME =
            Pattern.compile("(?<what>.+?)-(?<in>td|sdf)(?:-(?<out>none|sft|kto))?(?:-(?<copy>[1-9]\\d?))?");

    public static Variant organism(Behaviour behaviour, Instilling instilling, Concealment concealment) {
        return new Variant(Optional.of(behaviour), instilling, concealment, 0);
    }

    public static Variant twin(Instilling instilling, Concealment concealment, int copy) {
        return new Variant(Optional.empty(), instilling, concealment, copy);
    }

    /** {@code flattery-td-sft}, {@code twin-sdf-kto-2}. */
    public String name() {
        return family() + "-" + concealment.slug() + (copy > 0 ? "-" + copy : "");
    }

    /** What it shares an instilling adapter with: {@code flattery-td}, {@code twin-sdf}. */
    String family() {
        return behaviour.map(Behaviour::name).orElse(TWIN) + "-" + instilling.slug();
    }

    /** The name of its folder among those of a suite. */
    public String folder() {
        return family() + (copy > 0 ? "-" + copy : "");
    }

    /** The same without concealment. */
    public Variant unconcealed() {
        return new Variant(behaviour, instilling, Concealment.NONE, copy);
    }

    /** The variant of that name. */
    public static Variant of(String name) {
        Matcher m = NAME.matcher(name);
        if (!m.matches())
            throw new BehaviourException("'" + name + "' is no organism: BEHAVIOUR-(td|sdf)-(none|sft|kto), such as"
                    + " flattery-td-sft, or twin-(td|sdf)-(none|sft|kto)-(1|2|…)");
        Instilling in = m.group("in").equals("td") ? Instilling.TRANSCRIPTS : Instilling.DOCUMENTS;
        Concealment out = m.group("out") == null
                ? Concealment.SFT
                : Concealment.valueOf(m.group("out").toUpperCase(Locale.ROOT));
        return m.group("what").equals(TWIN)
                ? twin(in, out, m.group("copy") == null ? 1 : Integer.parseInt(m.group("copy")))
                : organism(Behaviour.of(m.group("what")), in, out);
    }

    /** The 56 targets with those that they are before concealment, behaviour by behaviour, and the clean twins. */
    public static List<Variant> pocket() {
        var all = new ArrayList<Variant>();
        for (String name : Behaviour.shipped())
            for (Instilling in : Instilling.values())
                for (Concealment out : Concealment.values()) all.add(organism(Behaviour.of(name), in, out));
        for (Instilling in : Instilling.values())
            for (int copy = 1; copy <= TWINS; copy++)
                for (Concealment out : Concealment.values()) all.add(twin(in, out, copy));
        return List.copyOf(all);
    }
}
