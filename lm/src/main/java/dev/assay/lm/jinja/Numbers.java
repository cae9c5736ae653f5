package dev.assay.lm.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Python's arithmetic; integers have 64 bits, and what does not fit is an error. */
final class Numbers {
    private Numbers() {}

    static Object literal(Token token) {
        String digits = token.text().replace("_", "").toLowerCase(java.util.Locale.ROOT);
        int radix = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        try {
            return Long.parseLong(radix == 10 ? digits : digits.substring(2), radix);
        } catch (NumberFormatException e) {
            throw new JinjaException("the number " + token.text() + " exceeds 64 bits", token.line());
        }
    }

    static boolean is(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static boolean whole(Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    static long toLong(Object value) {
        return value instanceof Boolean truth ? (truth ? 1 : 0) : (Long) value;
    }

    static double toDouble(Object value) {
        return value instanceof Double number ? number : toLong(value);
    }

    static long integer(Object value, String what) {
        if (!whole(value)) {
            throw new JinjaException(what + " should be an integer, not " + Values.type(value));
        }
        return toLong(value);
    }

    static Object negate(Object value) {
        if (value instanceof Double number) {
            return -number;
        }
        return whole(value) ? Long.valueOf(exact("-", 0, toLong(value))) : unsupported("-", value);
    }

    static Object plus(Object value) {
        if (value instanceof Double) {
            return value;
        }
        return whole(value) ? Long.valueOf(toLong(value)) : unsupported("+", value);
    }

    private static Object unsupported(String operator, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        throw new JinjaException("%s can't be used with '%s'".formatted(operator, Values.type(value)));
    }

    /** An operation of two numbers. */
    static Object calculate(String operator, Object left, Object right) {
        boolean zero = operator.equals("/") || operator.equals("//") || operator.equals("%");
        if (zero && toDouble(right) == 0) {
            throw new JinjaException("division by zero");
        }
        if (operator.equals("/")) {
            return toDouble(left) / toDouble(right);
        }
        boolean root = operator.equals("**") && whole(right) && toLong(right) < 0;
        return whole(left) && whole(right) && !root
                ? (Object) exact(operator, toLong(left), toLong(right))
                : (Object) decimal(operator, toDouble(left), toDouble(right));
    }

    private static double decimal(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "//" -> Math.floor(left / right);
            case "%" -> {
                double rest = left % right;
                yield rest != 0 && rest < 0 != right < 0 ? rest + right : rest;
            }
            default -> Math.pow(left, right);
        };
    }

    private static long exact(String operator, long left, long right) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(left, right);
                case "-" -> Math.subtractExact(left, right);
                case "*" -> Math.multiplyExact(left, right);
                case "//" -> Math.floorDivExact(left, right);
                case "%" -> Math.floorMod(left, right);
                default -> power(left, right);
            };
        } catch (ArithmeticException e) {
            throw new JinjaException("%d %s %d exceeds 64 bits".formatted(left, operator, right));
        }
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1 || base == -1) {
            return exponent == 0 || base == 1 || base == -1 && exponent % 2 == 0 ? 1 : base;
        }
        if (exponent > Long.SIZE) {
            throw new ArithmeticException("overflow");
        }
        return BigInteger.valueOf(base).pow((int) exponent).longValueExact();
    }

    /** Python's {@code repr} of a float: the shortest digits that give it back. */
    static String text(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return "%s%se%s%02d".formatted(number < 0 ? "-" : "", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
