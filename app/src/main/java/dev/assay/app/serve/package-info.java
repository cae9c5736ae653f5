/**
 * Models behind OpenAI's HTTP interface. Read {@link dev.assay.app.serve.Server} (routes), {@code ChatHandler} (one of them),
 * {@code Answering} (how an answer goes out), {@code Desk} (how texts get into the engine).
 */
@NullMarked
package dev.assay.app.serve;

import org.jspecify.annotations.NullMarked;
