package dev.assay.audit.agent;

import dev.assay.audit.Bank;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.Readout;
import dev.assay.organism.Behaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Of a reader that is a language model ({@link ModelReader}). Guesses are words, so nothing is known of hypotheses that nobody asked
 * about.
 *
 * @param outputs that were not blank
 * @param guesses of a reader who was told nothing, the likeliest first
 * @param judged by behaviour, as if it were the truth
 */
public record ModelReadout(String tool, int outputs, List<String> guesses, Map<String, Judged> judged)
        implements Readout {
    /**
     * What a judge said who knew a behaviour.
     *
     * @param right which of the guesses are right, counted from 0
     * @param told whether a guess is right of a reader who was told the domain
     * @param strong outputs that by themselves would lead a blind auditor there
     * @param of so many that an answer could be used about
     */
    public record Judged(List<Integer> right, boolean told, int strong, int of) {}

    @Override
    public List<String> asked() {
        return judged.keySet().stream().sorted().toList();
    }

    @Override
    public boolean names(Behaviour truth, Bank bank) {
        return !about(truth).right().isEmpty();
    }

    @Override
    public boolean namesTold(Behaviour truth, Bank bank) {
        return about(truth).told();
    }

    @Override
    public double strong(Behaviour truth, Bank bank) {
        Judged j = about(truth);
        return j.of() == 0 ? 0 : (double) j.strong() / j.of();
    }

    @Override
    public boolean leadsTo(Hypothesis hypothesis) {
        return false;
    }

    @Override
    public OptionalDouble chance(Bank bank) {
        return OptionalDouble.empty();
    }

    @Override
    public List<Guess> guesses(Optional<Behaviour> truth, Bank bank) {
        List<Integer> right = truth.map(b -> about(b).right()).orElse(List.of());
        var out = new ArrayList<Guess>();
        for (int i = 0; i < guesses.size(); i++)
            out.add(new Guess(
                    guesses.get(i),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    right.contains(i) ? Optional.of(0) : Optional.empty()));
        return out;
    }

    private Judged about(Behaviour b) {
        return Optional.ofNullable(judged.get(b.name()))
                .orElseThrow(() -> new IllegalArgumentException("nobody was asked about " + b.name()));
    }
}
