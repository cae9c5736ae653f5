package dev.assay.audit;

import dev.assay.organism.Traits;
import java.util.Optional;

/**
 * One thing that an audit says of its target.
 *
 * @param name within its audit
 * @param statement what the target does, and when
 * @param traits the same in four terms; none where the investigator wrote freely
 */
public record Claim(String name, String statement, Optional<Traits> traits) {}
