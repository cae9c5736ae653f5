package dev.assay.lm.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface Stmt {
    record Text(String text) implements Stmt {}

    record Print(Expr value) implements Stmt {}

    record If(List<Branch> branches, List<Stmt> otherwise) implements Stmt {}

    /** One condition of an {@link If} and what follows when it is the first that holds. */
    record Branch(Expr test, List<Stmt> body) {}

    record For(
            Target target,
            Expr items,
            @Nullable Expr test,
            boolean recursive,
            List<Stmt> body,
            List<Stmt> otherwise,
            int line)
            implements Stmt {}

    record Set(Target target, Expr value, int line) implements Stmt {}

    record SetBlock(Target target, Expr.@Nullable Filter filter, List<Stmt> body, int line) implements Stmt {}

    record Macro(String name, Signature signature, List<Stmt> body) implements Stmt {}

    record CallBlock(Expr.Call call, Signature signature, List<Stmt> body) implements Stmt {}

    record FilterBlock(Expr.Filter filter, List<Stmt> body) implements Stmt {}

    record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

    /** {@code generation}: what transformers takes for the assistant's own words. */
    record Generation(List<Stmt> body) implements Stmt {}

    /** {@code break} or {@code continue}. */
    record Leave(boolean loop) implements Stmt {}

    /**
     * A macro's parameters; the last ones have defaults.
     *
     * @param extraPositional whether the body reads {@code varargs}
     * @param extraNamed whether the body reads {@code kwargs}
     * @param readsCaller whether the body reads {@code caller}
     */
    record Signature(
            List<String> parameters,
            List<Expr> defaults,
            boolean extraPositional,
            boolean extraNamed,
            boolean readsCaller) {}

    /** Where a value is put. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        /** An attribute of a namespace. */
        record Field(String namespace, String name) implements Target {}

        record Unpacked(List<Target> parts) implements Target {}
    }
}
