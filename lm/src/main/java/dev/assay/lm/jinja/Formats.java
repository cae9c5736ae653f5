package dev.assay.lm.jinja;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's two ways to put values into a text. */
final class Formats {
    private static final Pattern PERCENT =
            Pattern.compile("%(?:\\((\\w+)\\))?([-0+ #]*)(\\d{0,4})(?:\\.(\\d{1,3}))?([a-zA-Z%])");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{(\\w*)\\}");

    private Formats() {}

    /** The operator {@code %}: conversions s, r, d, i, x, f, e, g and c with flags, width and precision. */
    static String percent(String format, Object values) {
        Matcher matcher = PERCENT.matcher(format);
        StringBuilder out = new StringBuilder();
        int next = 0;
        while (matcher.find()) {
            String kind = matcher.group(5);
            String text = "%";
            if (!kind.equals("%")) {
                Object value =
                        matcher.group(1) != null ? Attributes.item(values, matcher.group(1)) : argument(values, next++);
                text = converted(matcher, kind, value);
            }
            matcher.appendReplacement(out, Matcher.quoteReplacement(text));
            Limits.size(out.length());
        }
        int given = values instanceof Tuple tuple ? tuple.size() : values instanceof java.util.Map<?, ?> ? next : 1;
        if (next < given) {
            throw new JinjaException("a format takes %d values, not %d".formatted(next, given));
        }
        return matcher.appendTail(out).toString();
    }

    private static Object argument(Object values, int index) {
        if (values instanceof Tuple tuple ? index < tuple.size() : index == 0) {
            return values instanceof Tuple tuple ? tuple.get(index) : values;
        }
        throw new JinjaException("a format takes more than " + index + " values");
    }

    private static String converted(Matcher matcher, String kind, Object value) {
        String flags = matcher.group(2);
        String width = matcher.group(3);
        String precision = matcher.group(4);
        if (kind.equals("s") || kind.equals("r")) {
            String text = kind.equals("s") ? Printer.str(value) : Printer.repr(value);
            String cut = precision == null ? "" : "." + precision;
            String left = flags.contains("-") && !width.isEmpty() ? "-" : "";
            return ("%" + left + width + cut + "s").formatted(text);
        }
        if (!Numbers.is(value)) {
            throw new JinjaException("%%%s takes a number, not %s".formatted(kind, Values.type(value)));
        }
        String java = "%" + (width.isEmpty() ? flags.replaceAll("[-0]", "") : flags) + width;
        return switch (kind) {
            case "d", "i" -> format(java + "d", (long) Numbers.toDouble(value));
            case "x", "X" -> format(java + kind, Numbers.integer(value, "%x"));
            case "f", "F" -> format(java + "." + (precision == null ? "6" : precision) + "f", Numbers.toDouble(value));
            case "e" -> format(java + "." + (precision == null ? "6" : precision) + "e", Numbers.toDouble(value));
            default -> throw new JinjaException("the format %" + kind + " is not supported");
        };
    }

    private static String format(String format, Object number) {
        try {
            return String.format(Locale.ROOT, format, number);
        } catch (java.util.IllegalFormatException e) {
            throw new JinjaException("the format " + format + " is not supported");
        }
    }

    /** {@code str.format} with plain fields: {@code {}}, {@code {0}} and {@code {name}}. */
    static String braces(String format, Args args) {
        Matcher matcher = BRACES.matcher(format);
        StringBuilder out = new StringBuilder();
        int next = 0;
        int at = 0;
        boolean numbered = false;
        while (matcher.find()) {
            plain(format, at, matcher.start(), out);
            at = matcher.end();
            String field = matcher.group(1);
            if (field == null) {
                out.append(matcher.group().charAt(0));
                continue;
            }
            boolean number = field.isEmpty() || Character.isDigit(field.charAt(0));
            if (number && field.isEmpty() != (next > 0) && (next > 0 || numbered)) {
                throw new JinjaException("format takes either {} or {0}, not both");
            }
            numbered |= number && !field.isEmpty();
            Object value = number
                    ? argument(
                            new Tuple(args.positional()),
                            field.isEmpty()
                                    ? next++
                                    : (int) Numbers.toLong(Numbers.literal(new Token(Token.Kind.INTEGER, field, 0))))
                    : args.named().get(field);
            if (value == null) {
                throw new JinjaException("format has no argument " + field);
            }
            out.append(Printer.str(value));
            Limits.size(out.length());
        }
        plain(format, at, format.length(), out);
        return out.toString();
    }

    private static void plain(String format, int from, int to, StringBuilder out) {
        String text = format.substring(from, to);
        if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
            throw new JinjaException("format supports the fields {}, {0} and {name} alone, not " + text);
        }
        out.append(text);
    }
}
