package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One record of a journal.
 *
 * @param seq  its number, from 0 without gaps
 * @param type what kind of record it is, for example {@code reply}
 * @param body its content, not to be changed
 */
public record Entry(long seq, String type, JsonNode body) {}
