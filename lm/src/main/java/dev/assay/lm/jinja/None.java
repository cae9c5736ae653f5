package dev.assay.lm.jinja;

/** Python's {@code None}. */
enum None {
    NONE
}
