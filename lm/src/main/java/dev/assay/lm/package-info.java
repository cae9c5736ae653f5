/** Language models with their insides open: weights, tokenizer, chat template, generation, hooks, LoRA. */
@NullMarked
package dev.assay.lm;

import org.jspecify.annotations.NullMarked;
