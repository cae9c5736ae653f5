package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes expressions. */
final class Evaluator {
    private final Limits limits;

    Evaluator(Limits limits) {
        this.limits = limits;
    }

    Object value(Expr expr, Scope scope) {
        try {
            Object value = switch (expr) {
                case Expr.Const constant -> constant.value();
                case Expr.Name name -> scope.get(name.name());
                case Expr.ListOf list -> values(list.items(), scope);
                case Expr.TupleOf tuple -> new Tuple(values(tuple.items(), scope));
                case Expr.DictOf dict -> dict(dict, scope);
                case Expr.Unary unary -> unary(unary.operator(), value(unary.operand(), scope));
                case Expr.Binary binary ->
                    Operators.operate(binary.operator(), value(binary.left(), scope), value(binary.right(), scope));
                case Expr.Logic logic -> {
                    Object left = value(logic.left(), scope);
                    yield Values.truth(left) == logic.and() ? value(logic.right(), scope) : left;
                }
                case Expr.Concat concat -> concat(concat, scope);
                case Expr.Compare compare -> compare(compare, scope);
                case Expr.Conditional conditional -> conditional(conditional, scope);
                case Expr.Attribute attribute ->
                    Attributes.attribute(value(attribute.target(), scope), attribute.name());
                case Expr.Item item -> Attributes.item(value(item.target(), scope), value(item.index(), scope));
                case Expr.Slice slice ->
                    Attributes.slice(
                            value(slice.target(), scope),
                            optional(slice.from(), scope),
                            optional(slice.to(), scope),
                            optional(slice.step(), scope));
                case Expr.Call call -> call(call, arguments(call.arguments(), scope), scope);
                case Expr.Filter filter -> {
                    Expr target = filter.target();
                    if (target == null) {
                        throw new IllegalArgumentException("a filter without a value");
                    }
                    yield filter(filter, value(target, scope), scope);
                }
                case Expr.Test test ->
                    Tests.holds(test.name(), value(test.target(), scope), arguments(test.arguments(), scope));
            };
            limits.step(expr instanceof Expr.Name || expr instanceof Expr.Const ? true : value);
            return value;
        } catch (JinjaException e) {
            throw e.at(expr.line());
        }
    }

    /** A filter, or a chain of them, of the text of a block. */
    Object block(Expr.Filter filter, Object text, Scope scope) {
        Object value = filter.target() instanceof Expr.Filter before ? block(before, text, scope) : text;
        return filter(filter, value, scope);
    }

    private Object filter(Expr.Filter filter, Object value, Scope scope) {
        return Filters.apply(filter.name(), value, arguments(filter.arguments(), scope));
    }

    Object call(Expr.Call call, Args args, Scope scope) {
        Object target = value(call.target(), scope);
        return switch (target) {
            case Callable callable -> callable.call(args);
            case Undefined undefined -> throw undefined.used();
            default -> throw new JinjaException("a '" + Values.type(target) + "' can't be called");
        };
    }

    Args arguments(Expr.Arguments arguments, Scope scope) {
        List<Object> positional = values(arguments.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, value(value, scope)));
        if (arguments.list() != null) {
            Values.items(value(arguments.list(), scope)).forEach(positional::add);
        }
        if (arguments.dict() != null) {
            if (!(value(arguments.dict(), scope) instanceof Map<?, ?> more)) {
                throw new JinjaException("** takes a dict");
            }
            more.forEach((name, value) -> named.put(Printer.str(name), value));
        }
        return new Args(positional, named);
    }

    private List<Object> values(List<Expr> exprs, Scope scope) {
        List<Object> values = new ArrayList<>(exprs.size());
        for (Expr expr : exprs) {
            values.add(value(expr, scope));
        }
        return values;
    }

    private Object optional(@Nullable Expr expr, Scope scope) {
        return expr == null ? None.NONE : value(expr, scope);
    }

    private Object dict(Expr.DictOf dict, Scope scope) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < dict.keys().size(); i++) {
            map.put(
                    Attributes.key(value(dict.keys().get(i), scope)),
                    value(dict.values().get(i), scope));
        }
        return map;
    }

    private static Object unary(String operator, Object value) {
        return switch (operator) {
            case "not" -> !Values.truth(value);
            case "-" -> Numbers.negate(value);
            default -> Numbers.plus(value);
        };
    }

    private Object concat(Expr.Concat concat, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Expr part : concat.parts()) {
            text.append(Printer.str(value(part, scope)));
            Limits.size(text.length());
        }
        return text.toString();
    }

    private Object compare(Expr.Compare compare, Scope scope) {
        Object left = value(compare.operands().getFirst(), scope);
        for (int i = 0; i < compare.operators().size(); i++) {
            Object right = value(compare.operands().get(i + 1), scope);
            if (!Comparison.holds(compare.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expr.Conditional conditional, Scope scope) {
        if (Values.truth(value(conditional.test(), scope))) {
            return value(conditional.then(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the value of an if without else")
                : value(conditional.otherwise(), scope);
    }
}
