package dev.assay.lm.jinja;

import java.util.List;

/** A macro, or the body of a {@code call} block. */
record Macro(String name, Stmt.Signature signature, List<Stmt> body, Scope around, Interpreter interpreter)
        implements Callable {
    @Override
    public Object call(Args args) {
        return interpreter.macro(this, args);
    }
}
