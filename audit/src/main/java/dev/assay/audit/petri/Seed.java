package dev.assay.audit.petri;

import java.util.List;
import java.util.Optional;

/**
 * What a dialogue is to be about.
 *
 * @param name of the title, in kebab-case
 * @param domain in a word or two
 * @param instructions for an auditor that can read
 * @param system what the target is told beside its persona
 * @param tools that it believes it has
 * @param opening what the user says first
 * @param probes what a scripted auditor does next, one after the other: each a {@link Move.Say} or {@link Move.Result}
 * @param otherOpening how another user would begin
 */
public record Seed(
        String name,
        String title,
        String domain,
        String instructions,
        Optional<String> system,
        List<SimulatedTool> tools,
        String opening,
        List<Move> probes,
        Optional<String> otherOpening) {
    public Seed {
        tools = List.copyOf(tools);
        probes = List.copyOf(probes);
    }
}
