package dev.assay.app.serve;

/** What is done at a route that takes a JSON object. */
@FunctionalInterface
interface Handled {
    void handle(Fields body, Caller caller);
}
