package dev.assay.research;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An idea as somebody outside of the harness hands it in, of which nothing is believed yet.
 *
 * @param family of a candidate that is code, one of the grammar's or {@value Drafts#CODE}; with choices of the grammar it is
 *     theirs
 * @param source the note that an idea from the literature is from
 */
record Draft(
        String title,
        Origin origin,
        Optional<String> source,
        Optional<String> family,
        String motivation,
        String hypothesis,
        double probability,
        List<Way> variants) {

    /** Where it is said to come from. */
    enum Origin {
        LITERATURE,
        HUMAN_HINT,
        PAST_SPRINT,
        OWN
    }

    /**
     * One way to carry it out: changes of the control.
     *
     * @param set slots of the grammar that get a value
     * @param unset slots that the control has and this does not
     * @param files Java sources, of which {@code Candidate.java} is one; none for a recipe
     */
    record Way(
            String name, Optional<List<Choice>> set, Optional<List<String>> unset, Optional<List<SourceFile>> files) {
        Map<String, String> sources() {
            return Draft.sources(files.orElse(List.of()));
        }

        Changes changes() {
            return new Changes(set.orElse(List.of()), unset.orElse(List.of()));
        }
    }

    record Choice(String slot, String value) {}

    record SourceFile(String name, String text) {}

    /** What a recipe changes of the control. */
    record Changes(List<Choice> set, List<String> unset) {
        boolean none() {
            return set.isEmpty() && unset.isEmpty();
        }
    }

    /** @throws ResearchException if a name is no file name of Java, or stands there twice */
    static Map<String, String> sources(List<SourceFile> files) {
        Map<String, String> out = new TreeMap<>();
        for (SourceFile f : files) {
            if (!f.name().matches("[A-Za-z_][A-Za-z0-9_]*\\.java"))
                throw new ResearchException(
                        "a file is called like Candidate.java, without folders; '" + f.name() + "' is not");
            if (out.put(f.name(), f.text()) != null)
                throw new ResearchException("the file " + f.name() + " is there twice");
        }
        if (!out.isEmpty() && !out.containsKey(SourceCode.ENTRY + ".java"))
            throw new ResearchException("one of the files must be " + SourceCode.ENTRY + ".java");
        return out;
    }
}
