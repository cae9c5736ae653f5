package dev.assay.lm.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Filters that make texts. */
final class TextFilters {
    private static final Pattern WORD_START = Pattern.compile("([-\\s({\\[<]+)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private TextFilters() {}

    static Map<String, Filters.Filter> all() {
        Map<String, Filters.Filter> all = new HashMap<>();
        plain(all, "upper", Strings::upper);
        plain(all, "lower", Strings::lower);
        plain(all, "capitalize", Strings::capitalize);
        plain(all, "title", TextFilters::title);
        plain(all, "string", UnaryOperator.identity());
        plain(all, "safe", UnaryOperator.identity());
        for (String name : List.of("e", "escape", "forceescape")) {
            plain(all, name, TextFilters::escape);
        }
        all.put("trim", (value, args) -> {
            Args.Bound bound = args.bind("trim", "chars");
            Args chars = bound.none("chars") ? Args.NONE : Args.of(bound.value("chars"));
            return StringMethods.of(Printer.str(value), "strip").call(chars);
        });
        all.put("replace", (value, args) -> {
            Args.Bound bound = args.bind("replace", "old*", "new*", "count");
            long count = bound.none("count") ? -1 : bound.integer("count", -1);
            String from = Printer.str(bound.value("old"));
            return Strings.replace(Printer.str(value), from, Printer.str(bound.value("new")), count);
        });
        all.put("center", (value, args) -> {
            long width = args.bind("center", "width").integer("width", 80);
            return StringMethods.of(Printer.str(value), "center").call(Args.of(width));
        });
        all.put(
                "format",
                (value, args) -> Formats.percent(
                        Printer.str(value), args.named().isEmpty() ? new Tuple(args.positional()) : args.named()));
        all.put("wordcount", (value, args) -> {
            args.bind("wordcount");
            return WORD.matcher(Printer.str(value)).results().count();
        });
        all.put("indent", TextFilters::indent);
        all.put("truncate", TextFilters::truncate);
        return all;
    }

    private static void plain(Map<String, Filters.Filter> all, String name, UnaryOperator<String> function) {
        all.put(name, (value, args) -> {
            args.bind(name);
            return function.apply(Printer.str(value));
        });
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        java.util.regex.Matcher gap = WORD_START.matcher(text);
        int at = 0;
        while (gap.find()) {
            word(text.substring(at, gap.start()), out);
            out.append(gap.group());
            at = gap.end();
        }
        word(text.substring(at), out);
        return out.toString();
    }

    private static void word(String word, StringBuilder out) {
        if (!word.isEmpty()) {
            int first = word.offsetByCodePoints(0, 1);
            out.append(Strings.upper(word.substring(0, first))).append(Strings.lower(word.substring(first)));
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    private static Object indent(Object value, Args args) {
        Args.Bound bound = args.bind("indent", "width", "first", "blank");
        String indent = bound.value("width", 4L) instanceof String text
                ? text
                : " ".repeat(Limits.size(Math.max(0, bound.integer("width", 4))));
        List<Object> lines = Strings.lines(Printer.str(value) + "\n", false);
        Limits.size((long) lines.size() * indent.length());
        boolean blank = bound.flag("blank");
        String rest = lines.stream()
                .skip(1)
                .map(Object::toString)
                .map(line -> blank || !line.isEmpty() ? indent + line : line)
                .collect(Collectors.joining("\n"));
        String first = (bound.flag("first") ? indent : "") + lines.getFirst();
        return lines.size() == 1 ? first : first + "\n" + rest;
    }

    private static Object truncate(Object value, Args args) {
        Args.Bound bound = args.bind("truncate", "length", "killwords", "end", "leeway");
        String text = Printer.str(value);
        long length = bound.integer("length", 255);
        String end = bound.text("end", "...");
        long room = length - Values.length(end);
        if (room < 0) {
            throw new JinjaException("truncate leaves no room for its end");
        }
        if (Values.length(text) <= length + (bound.none("leeway") ? 5 : bound.integer("leeway", 5))) {
            return text;
        }
        String cut = text.substring(0, text.offsetByCodePoints(0, (int) room));
        int space = cut.lastIndexOf(' ');
        return (bound.flag("killwords") || space < 0 ? cut : cut.substring(0, space)) + end;
    }
}
