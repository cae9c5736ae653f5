package dev.assay.lm.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression; {@code line} is where it stands in the template. */
sealed interface Expr {
    int line();

    record Const(Object value, int line) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record ListOf(List<Expr> items, int line) implements Expr {}

    record TupleOf(List<Expr> items, int line) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {}

    /** {@code -}, {@code +} or {@code not}. */
    record Unary(String operator, Expr operand, int line) implements Expr {}

    /** Arithmetic. */
    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    /** {@code and} or {@code or}. */
    record Logic(boolean and, Expr left, Expr right, int line) implements Expr {}

    /** Operands joined by {@code ~}. */
    record Concat(List<Expr> parts, int line) implements Expr {}

    /** A chain such as {@code 1 < x <= 3}; one operator fewer than operands. */
    record Compare(List<Expr> operands, List<String> operators, int line) implements Expr {}

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise, int line) implements Expr {}

    record Attribute(Expr target, String name, int line) implements Expr {}

    record Item(Expr target, Expr index, int line) implements Expr {}

    record Slice(
            Expr target,
            @Nullable Expr from,
            @Nullable Expr to,
            @Nullable Expr step,
            int line) implements Expr {}

    record Call(Expr target, Arguments arguments, int line) implements Expr {}

    /** A filter; one without a target belongs to a block. */
    record Filter(@Nullable Expr target, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr target, String name, Arguments arguments, int line) implements Expr {}

    /** What stands between the parentheses of a call; {@code list} and {@code dict} come from {@code *} and {@code **}. */
    record Arguments(
            List<Expr> positional,
            Map<String, Expr> named,
            @Nullable Expr list,
            @Nullable Expr dict) {
        static final Arguments NONE = new Arguments(List.of(), Map.of(), null, null);
    }
}
