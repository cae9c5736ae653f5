package dev.assay.lm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The rows of one forward pass: positions of any sequences, those under the same adapters one after another. */
final class Step {
    private final List<Row> rows;
    private final List<Group> groups;
    private final boolean hooked;

    /**
     * One position of one sequence.
     *
     * @param blocks keys and values of the sequence; this position's go into {@code blocks[position / size]}
     * @param wantsLogits whether the next token is asked for
     */
    record Row(
            Sequence sequence,
            int token,
            int position,
            KvBlock[] blocks,
            Sides sides,
            Optional<SequenceHook> hook,
            boolean wantsLogits) {}

    /** Rows from .. to, which have the same adapters. */
    record Group(int from, int to, Sides sides) {}

    /** Takes rows in any order; those of a sequence keep theirs. */
    Step(List<Row> unordered) {
        List<Sides> order = unordered.stream().map(Row::sides).distinct().toList();
        this.rows = new ArrayList<>(unordered);
        if (order.size() > 1) rows.sort(Comparator.comparingInt(r -> order.indexOf(r.sides)));
        this.groups = new ArrayList<>();
        for (int from = 0, i = 1; i <= rows.size(); i++) {
            if (i < rows.size() && rows.get(i).sides == rows.get(from).sides) continue;
            groups.add(new Group(from, i, rows.get(from).sides));
            from = i;
        }
        this.hooked = rows.stream().anyMatch(r -> r.hook.isPresent());
    }

    int count() {
        return rows.size();
    }

    Row row(int r) {
        return rows.get(r);
    }

    List<Row> rows() {
        return rows;
    }

    List<Group> groups() {
        return groups;
    }

    boolean hooked() {
        return hooked;
    }
}
