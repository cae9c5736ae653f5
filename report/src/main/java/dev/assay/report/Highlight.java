package dev.assay.report;

import dev.assay.report.HtmlReport.Mark;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Untrusted text with stretches of it marked. */
final class Highlight {
    private Highlight() {}

    /** The text, escaped, with {@code <mark>} around each merged stretch. */
    static String of(String text, List<Mark> marks) {
        var out = new StringBuilder();
        int done = 0;
        for (Mark mark : merge(text, marks)) {
            out.append(Markup.escape(text.substring(done, mark.from())));
            out.append("<mark>")
                    .append(Markup.escape(text.substring(mark.from(), mark.to())))
                    .append("</mark>");
            done = mark.to();
        }
        return out.append(Markup.escape(text.substring(done))).toString();
    }

    /** The same stretches in order, held inside the text, widened to whole characters as a reader sees them, none touching another. */
    static List<Mark> merge(String text, List<Mark> marks) {
        if (marks.isEmpty() || text.isEmpty()) return List.of();
        var characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(text);
        var merged = new ArrayList<Mark>();
        for (Mark mark :
                marks.stream().sorted(Comparator.comparingInt(Mark::from)).toList()) {
            int from = Math.clamp(mark.from(), 0, text.length());
            int to = Math.clamp(mark.to(), 0, text.length());
            if (from >= to) continue;
            if (!characters.isBoundary(from)) from = characters.preceding(from);
            if (!characters.isBoundary(to)) to = characters.following(to);
            if (!merged.isEmpty() && from <= merged.getLast().to()) {
                Mark before = merged.removeLast();
                from = before.from();
                to = Math.max(to, before.to());
            }
            merged.add(new Mark(from, to));
        }
        return merged;
    }
}
