package dev.assay.lm.jinja;

import dev.assay.lm.jinja.Stmt.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a template's statements, once. */
final class Interpreter {
    private enum Outcome {
        GOES_ON,
        BREAKS,
        CONTINUES
    }

    private final Limits limits = new Limits();
    private final Evaluator evaluator = new Evaluator(limits);

    String render(List<Stmt> template, Scope scope) {
        return text(template, scope);
    }

    private String text(List<Stmt> body, Scope scope) {
        StringBuilder out = new StringBuilder();
        run(body, scope, out);
        return out.toString();
    }

    private Outcome run(List<Stmt> body, Scope scope, StringBuilder out) {
        for (Stmt stmt : body) {
            limits.step(true);
            Outcome outcome = run(stmt, scope, out);
            if (outcome != Outcome.GOES_ON) {
                return outcome;
            }
            Limits.size(out.length());
        }
        return Outcome.GOES_ON;
    }

    private Outcome run(Stmt stmt, Scope scope, StringBuilder out) {
        switch (stmt) {
            case Stmt.Text text -> out.append(text.text());
            case Stmt.Print print -> print(print.value(), scope, out);
            case Stmt.If branches -> {
                return branch(branches, scope, out);
            }
            case Stmt.For loop -> loop(loop, evaluator.value(loop.items(), scope), 0, scope, out);
            case Stmt.Set set -> assign(set.target(), evaluator.value(set.value(), scope), scope, set.line());
            case Stmt.SetBlock set -> {
                String text = text(set.body(), new Scope(scope));
                Object value = set.filter() == null ? text : evaluator.block(set.filter(), text, scope);
                assign(set.target(), value, scope, set.line());
            }
            case Stmt.Macro macro ->
                scope.set(macro.name(), new Macro(macro.name(), macro.signature(), macro.body(), scope, this));
            case Stmt.CallBlock block -> {
                Macro caller = new Macro("caller", block.signature(), block.body(), scope, this);
                Args args = evaluator.arguments(block.call().arguments(), scope).with("caller", caller);
                out.append(Printer.str(evaluator.call(block.call(), args, scope)));
            }
            case Stmt.FilterBlock block ->
                out.append(Printer.str(evaluator.block(block.filter(), text(block.body(), new Scope(scope)), scope)));
            case Stmt.With with -> {
                Scope inner = new Scope(scope);
                for (int i = 0; i < with.targets().size(); i++) {
                    Object value = evaluator.value(with.values().get(i), scope);
                    assign(with.targets().get(i), value, inner, with.line());
                }
                return run(with.body(), inner, out);
            }
            case Stmt.Generation generation -> {
                return run(generation.body(), new Scope(scope), out);
            }
            case Stmt.Leave leave -> {
                return leave.loop() ? Outcome.BREAKS : Outcome.CONTINUES;
            }
        }
        return Outcome.GOES_ON;
    }

    private void print(Expr value, Scope scope, StringBuilder out) {
        try {
            out.append(Printer.str(evaluator.value(value, scope)));
        } catch (JinjaException e) {
            throw e.at(value.line());
        }
    }

    private Outcome branch(Stmt.If branches, Scope scope, StringBuilder out) {
        for (Stmt.Branch branch : branches.branches()) {
            if (Values.truth(evaluator.value(branch.test(), scope))) {
                return run(branch.body(), scope, out);
            }
        }
        return run(branches.otherwise(), scope, out);
    }

    private void loop(Stmt.For stmt, Object over, int depth, Scope scope, StringBuilder out) {
        List<Object> items;
        try {
            items = Values.list(over);
        } catch (JinjaException e) {
            throw e.at(stmt.line());
        }
        Expr test = stmt.test();
        if (test != null) {
            List<Object> kept = new ArrayList<>();
            for (Object item : items) {
                Scope inner = new Scope(scope);
                assign(stmt.target(), item, inner, stmt.line());
                if (Values.truth(evaluator.value(test, inner))) {
                    kept.add(item);
                }
            }
            items = kept;
        }
        Loop loop = new Loop(items, depth, more -> {
            if (!stmt.recursive()) {
                throw new JinjaException("the loop is not recursive");
            }
            StringBuilder inner = new StringBuilder();
            loop(stmt, more, depth + 1, scope, inner);
            return inner.toString();
        });
        while (loop.hasNext()) {
            Scope inner = new Scope(scope);
            inner.set("loop", loop);
            assign(stmt.target(), loop.next(), inner, stmt.line());
            if (run(stmt.body(), inner, out) == Outcome.BREAKS) {
                break;
            }
        }
        if (items.isEmpty()) {
            run(stmt.otherwise(), new Scope(scope), out);
        }
    }

    private static void assign(Target target, Object value, Scope scope, int line) {
        try {
            assign(target, value, scope);
        } catch (JinjaException e) {
            throw e.at(line);
        }
    }

    private static void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.Field field -> {
                if (!(scope.get(field.namespace()) instanceof Namespace namespace)) {
                    throw new JinjaException("'%s' is no namespace".formatted(field.namespace()));
                }
                namespace.put(field.name(), value);
            }
            case Target.Unpacked unpacked -> {
                List<Object> values = Values.list(value);
                if (values.size() != unpacked.parts().size()) {
                    throw new JinjaException("%d values for %d names"
                            .formatted(values.size(), unpacked.parts().size()));
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(unpacked.parts().get(i), values.get(i), scope);
                }
            }
        }
    }

    /** What a macro writes. */
    String macro(Macro macro, Args args) {
        Stmt.Signature signature = macro.signature();
        List<String> parameters = signature.parameters();
        Scope scope = new Scope(macro.around());
        Map<String, Object> named = new LinkedHashMap<>(args.named());
        int required = parameters.size() - signature.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            Object byName = named.remove(parameter);
            if (i < args.positional().size()) {
                scope.set(parameter, args.positional().get(i));
            } else if (byName != null) {
                scope.set(parameter, byName);
            } else {
                scope.set(
                        parameter,
                        i < required
                                ? new Undefined("the parameter '" + parameter + "'")
                                : evaluator.value(signature.defaults().get(i - required), scope));
            }
        }
        if (signature.readsCaller()) {
            Object caller = named.remove("caller");
            scope.set("caller", caller == null ? new Undefined("'caller'") : caller);
        }
        if (args.positional().size() > parameters.size() && !signature.extraPositional()) {
            throw new JinjaException("the macro %s takes %d arguments, not %d"
                    .formatted(
                            macro.name(), parameters.size(), args.positional().size()));
        }
        if (!named.isEmpty() && !signature.extraNamed()) {
            throw new JinjaException("the macro %s has no parameter %s"
                    .formatted(macro.name(), named.keySet().iterator().next()));
        }
        scope.set("varargs", new Tuple(args.from(parameters.size()).positional()));
        scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
        return text(macro.body(), scope);
    }
}
