package dev.assay.lm.jinja;

/** Something that a template can call: a macro, a method or a global function. */
@FunctionalInterface
interface Callable {
    Object call(Args args);
}
