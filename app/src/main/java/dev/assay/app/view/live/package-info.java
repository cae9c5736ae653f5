/** What the page shows of a model that runs on this machine: its words, its layers, its features, and how it can be steered. */
@org.jspecify.annotations.NullMarked
package dev.assay.app.view.live;
