package dev.assay.research;

import dev.assay.report.HtmlReport.Tone;
import java.util.Locale;

/** What a verdict means, in words that say no more than the statistics do. */
final class Conclusion {
    private Conclusion() {}

    static Tone tone(Verdict verdict) {
        return switch (verdict) {
            case PROMOTED, SIMPLER -> Tone.GOOD;
            case KEPT, NEVER_RAN -> Tone.WARN;
            case REFUTED, VOID -> Tone.BAD;
            case NO_EVIDENCE -> Tone.NEUTRAL;
        };
    }

    static String of(Verdict verdict) {
        return switch (verdict) {
            case PROMOTED ->
                "On fresh worlds and seeds the recipe is better than its control by more than the noise of seeds, and held-out"
                        + " worlds agree. It is the new control.";
            case KEPT ->
                "The gain was confirmed on development worlds. It was not shown on held-out worlds, or against the control of"
                        + " today, so nothing is built on it.";
            case SIMPLER -> "The score is the same within the noise floor, and there is less of it. Less wins.";
            case NO_EVIDENCE ->
                "There is no evidence of a gain. That is not evidence of none: a gain smaller than this sprint could see may"
                        + " be there.";
            case REFUTED -> "The interval lies below 0: under these conditions the idea makes autoencoders worse.";
            case NEVER_RAN ->
                "Parameters and losses are those of the control at every seed. The idea was not tested: its code was never"
                        + " executed, or changes nothing here.";
            case VOID -> "No run counts. This says nothing about the idea.";
        };
    }

    /** How the stated probability fared. */
    static String prediction(double probability, Verdict verdict) {
        if (!verdict.counts()) return "not tested";
        double miss = probability - (verdict.good() ? 1 : 0);
        return String.format(
                Locale.ROOT, "%s (squared miss %.2f)", verdict.good() ? "came true" : "did not come true", miss * miss);
    }
}
