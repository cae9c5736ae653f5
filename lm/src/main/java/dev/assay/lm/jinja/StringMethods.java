package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str}. */
final class StringMethods {
    private interface Method {
        Object call(String text, Args args);
    }

    private static final Map<String, Method> ALL = Map.ofEntries(
            plain("upper", Strings::upper),
            plain("lower", Strings::lower),
            plain("casefold", text -> Strings.lower(text.replace("ß", "ss"))),
            plain("title", Strings::title),
            plain("capitalize", Strings::capitalize),
            plain("swapcase", StringMethods::swapcase),
            plain("isspace", text -> all(text, Strings::isSpace)),
            plain("isdigit", text -> all(text, Character::isDigit)),
            plain("isnumeric", text -> all(text, Character::isDigit)),
            plain("isdecimal", text -> all(text, Character::isDigit)),
            plain("isalpha", text -> all(text, Character::isLetter)),
            plain("isalnum", text -> all(text, Character::isLetterOrDigit)),
            plain("isupper", text -> text.equals(Strings.upper(text)) && !text.equals(Strings.lower(text))),
            plain("islower", text -> text.equals(Strings.lower(text)) && !text.equals(Strings.upper(text))),
            Map.entry("strip", (text, args) -> {
                IntPredicate gone = characters("strip", args);
                return Strings.rstrip(Strings.lstrip(text, gone), gone);
            }),
            Map.entry("lstrip", (text, args) -> Strings.lstrip(text, characters("lstrip", args))),
            Map.entry("rstrip", (text, args) -> Strings.rstrip(text, characters("rstrip", args))),
            Map.entry("startswith", (text, args) -> affix("startswith", text, args, String::startsWith)),
            Map.entry("endswith", (text, args) -> affix("endswith", text, args, String::endsWith)),
            Map.entry("removeprefix", (text, args) -> {
                String prefix = args.bind("removeprefix", "prefix*").text("prefix");
                return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }),
            Map.entry("removesuffix", (text, args) -> {
                String suffix = args.bind("removesuffix", "suffix*").text("suffix");
                return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }),
            Map.entry("split", (text, args) -> split(text, args, false)),
            Map.entry("rsplit", (text, args) -> split(text, args, true)),
            Map.entry(
                    "splitlines",
                    (text, args) -> Strings.lines(
                            text, args.bind("splitlines", "keepends").flag("keepends"))),
            Map.entry("partition", (text, args) -> {
                String separator = args.bind("partition", "sep*").text("sep");
                List<Object> parts = Strings.split(text, separator, 1);
                return parts.size() == 1 ? Tuple.of(text, "", "") : Tuple.of(parts.get(0), separator, parts.get(1));
            }),
            Map.entry("rpartition", (text, args) -> {
                String separator = args.bind("rpartition", "sep*").text("sep");
                List<Object> parts = Strings.splitFromRight(text, separator, 1);
                return parts.size() == 1 ? Tuple.of("", "", text) : Tuple.of(parts.get(0), separator, parts.get(1));
            }),
            Map.entry("replace", (text, args) -> {
                Args.Bound bound = args.bind("replace", "old*", "new*", "count");
                return Strings.replace(text, bound.text("old"), bound.text("new"), bound.integer("count", -1));
            }),
            Map.entry("find", (text, args) -> find(text, args, "find", String::indexOf)),
            Map.entry("rfind", (text, args) -> find(text, args, "rfind", String::lastIndexOf)),
            Map.entry("index", (text, args) -> found(find(text, args, "index", String::indexOf))),
            Map.entry("rindex", (text, args) -> found(find(text, args, "rindex", String::lastIndexOf))),
            Map.entry("count", (text, args) -> {
                String part = args.bind("count", "sub*").text("sub");
                return part.isEmpty()
                        ? Values.length(text) + 1
                        : (long) Strings.split(text, part, -1).size() - 1;
            }),
            Map.entry("join", (text, args) -> {
                List<String> parts = new ArrayList<>();
                long size = 0;
                for (Object item : Values.items(args.bind("join", "iterable*").value("iterable"))) {
                    if (!(item instanceof String part)) {
                        throw new JinjaException("join takes strings, not " + Values.type(item));
                    }
                    size += part.length() + text.length();
                    Limits.size(size);
                    parts.add(part);
                }
                return String.join(text, parts);
            }),
            Map.entry("ljust", (text, args) -> pad("ljust", text, args, false, true)),
            Map.entry("rjust", (text, args) -> pad("rjust", text, args, true, false)),
            Map.entry("center", (text, args) -> pad("center", text, args, true, true)),
            Map.entry("zfill", (text, args) -> {
                long width = args.bind("zfill", "width*").integer("width", 0) - Values.length(text);
                String sign = text.startsWith("-") || text.startsWith("+") ? text.substring(0, 1) : "";
                return sign + "0".repeat(Limits.size(Math.max(0, width))) + text.substring(sign.length());
            }),
            Map.entry("format", Formats::braces));

    private StringMethods() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static Callable of(String text, String name) {
        Method method = ALL.get(name);
        if (method == null) {
            throw new IllegalArgumentException(name);
        }
        return args -> method.call(text, args);
    }

    private interface Plain {
        Object of(String text);
    }

    private static Map.Entry<String, Method> plain(String name, Plain function) {
        return Map.entry(name, (text, args) -> {
            args.bind(name);
            return function.of(text);
        });
    }

    private static IntPredicate characters(String method, Args args) {
        Args.Bound bound = args.bind(method, "chars");
        if (bound.none("chars")) {
            return Strings::isSpace;
        }
        String set = bound.text("chars");
        return c -> set.indexOf(c) >= 0;
    }

    private static boolean affix(String method, String text, Args args, BiFunction<String, String, Boolean> has) {
        Args.Bound bound = args.bind(method, "prefix*");
        return bound.value("prefix") instanceof Tuple all
                ? all.stream().anyMatch(each -> has.apply(text, Printer.str(each)))
                : has.apply(text, bound.text("prefix"));
    }

    private static Object split(String text, Args args, boolean fromRight) {
        Args.Bound bound = args.bind("split", "sep", "maxsplit");
        long most = bound.integer("maxsplit", -1);
        if (bound.none("sep")) {
            return fromRight && most >= 0 ? wordsFromRight(text, most) : Strings.words(text, most);
        }
        String separator = bound.text("sep");
        return fromRight ? Strings.splitFromRight(text, separator, most) : Strings.split(text, separator, most);
    }

    private static List<Object> wordsFromRight(String text, long most) {
        List<Object> words = new ArrayList<>();
        String rest = Strings.rstrip(text);
        while (!rest.isEmpty() && words.size() < most) {
            String before = Strings.rstrip(rest, c -> !Strings.isSpace(c));
            words.addFirst(rest.substring(before.length()));
            rest = Strings.rstrip(before);
        }
        if (!rest.isEmpty()) {
            words.addFirst(rest);
        }
        return words;
    }

    private static long find(String text, Args args, String method, BiFunction<String, String, Integer> search) {
        int at = search.apply(text, args.bind(method, "sub*").text("sub"));
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static long found(long at) {
        if (at < 0) {
            throw new JinjaException("the part looked for is not in the string");
        }
        return at;
    }

    private static boolean all(String text, IntPredicate holds) {
        return !text.isEmpty() && text.codePoints().allMatch(holds);
    }

    private static String swapcase(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .mapToObj(Character::toString)
                .forEach(c -> out.append(c.equals(Strings.upper(c)) ? Strings.lower(c) : Strings.upper(c)));
        return out.toString();
    }

    private static String pad(String method, String text, Args args, boolean before, boolean after) {
        Args.Bound bound = args.bind(method, "width*", "fillchar");
        int room = Limits.size(Math.max(0, bound.integer("width", 0) - Values.length(text)));
        long width = bound.integer("width", 0);
        int left = before ? (after ? (int) (room / 2 + (room & width & 1)) : room) : 0;
        String fill = bound.text("fillchar", " ");
        return fill.repeat(left) + text + fill.repeat(room - left);
    }
}
