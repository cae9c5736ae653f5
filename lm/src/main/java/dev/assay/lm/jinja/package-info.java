/**
 * The part of Jinja that chat templates are written in, with the meaning that Python's jinja2 gives it when Hugging
 * Face's transformers runs it. Templates compute with plain data alone: no name in them reaches a Java object.
 */
@NullMarked
package dev.assay.lm.jinja;

import org.jspecify.annotations.NullMarked;
