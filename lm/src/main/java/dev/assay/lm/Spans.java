package dev.assay.lm;

import dev.assay.lm.Step.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The rows of a step as rectangles for attention. A span is what one sequence has in the step: rows of successive positions,
 * over all that comes before them. Spans of similar shape share a rectangle, in which short ones are padded: at most half of
 * it, unless it is small.
 *
 * @param rows of the span, {@code from .. from + count} of the step
 */
record Spans(List<List<Span>> rectangles) {
    /** Scores that are not worth a rectangle of their own. */
    private static final long SMALL = 1 << 14;

    /** One sequence's rows. */
    record Span(int from, int count, int position, KvBlock[] blocks) {
        /** The last row's position. */
        int last() {
            return position + count - 1;
        }

        /** The first position that is seen. */
        int first(int window) {
            return window == 0 ? 0 : Math.max(0, position + 1 - window);
        }
    }

    static Spans of(Step step) {
        List<Span> spans = new ArrayList<>();
        for (int from = 0, to = 1; to <= step.count(); to++) {
            if (to < step.count() && step.row(to).sequence() == step.row(from).sequence()) continue;
            Row row = step.row(from);
            spans.add(new Span(from, to - from, row.position(), row.blocks()));
            from = to;
        }
        spans.sort(Comparator.comparingInt(Span::count).thenComparingInt(Span::last));
        return new Spans(packed(spans));
    }

    /** Takes spans, small ones first, into a rectangle as long as it stays full enough. */
    private static List<List<Span>> packed(List<Span> spans) {
        List<List<Span>> rectangles = new ArrayList<>();
        long area = 0; // of the spans themselves
        int longest = 0;
        for (Span span : spans) {
            long own = (long) span.count * (span.last() + 1);
            List<Span> open = rectangles.isEmpty() ? List.of() : rectangles.getLast();
            longest = Math.max(longest, span.last() + 1);
            long padded = (open.size() + 1L) * span.count * longest;
            if (open.isEmpty() || padded > Math.max(SMALL, 2 * (area + own))) {
                rectangles.add(new ArrayList<>());
                area = 0;
                longest = span.last() + 1;
            }
            rectangles.getLast().add(span);
            area += own;
        }
        return rectangles;
    }
}
