package dev.assay.organism;

import dev.assay.chat.Chat;

/**
 * Models that write what organisms learn from, in the place of the grammars: the published pipelines (AuditBench,
 * appendix B). All that they answer is remembered by their memo.
 *
 * @param generator has ideas, plays the model with the behaviour, writes documents, rewrites confessions
 * @param user plays the people who talk with it, attackers too
 * @param judge says how far an answer confesses
 * @param revise whether every document is written a second time after a critique
 */
public record Authors(Chat generator, Chat user, Chat judge, boolean revise) {}
