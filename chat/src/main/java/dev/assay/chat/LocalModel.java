package dev.assay.chat;

import dev.assay.lm.LanguageModel;
import java.util.function.Supplier;

/**
 * A model on this machine.
 *
 * @param id identity of its weights and adapters, part of every memo key
 * @param weights asked for only when something must be computed
 */
public record LocalModel(String id, Supplier<LanguageModel> weights) {}
