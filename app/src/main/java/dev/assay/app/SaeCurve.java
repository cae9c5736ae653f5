package dev.assay.app;

import java.util.List;
import java.util.regex.Pattern;

/** Tells which recipes are points of one curve over L0: those that differ in nothing but what sets L0. */
final class SaeCurve {
    private static final Pattern CONSTANT = Pattern.compile("KSchedule\\[initial=([^,]+), last=\\1, steps=\\d+]");
    private static final Pattern FALLING = Pattern.compile("(KSchedule\\[initial=[^,]+), last=[^,]+,");
    private static final List<Pattern> SETTINGS = List.of(
            Pattern.compile("(TopK\\[)k=\\d+"),
            Pattern.compile("(MatchingPursuit\\[orthogonal=\\w+), iterations=\\d+"),
            Pattern.compile("(Penalty\\[)coefficient=[^,]+"),
            Pattern.compile("(Penalty\\[[^]]*?)target=[^,\\]]+"));

    private SaeCurve() {}

    /** The recipe, as text, without what sets L0. */
    static String of(String recipe) {
        String text =
                FALLING.matcher(CONSTANT.matcher(recipe).replaceAll("constant")).replaceAll("$1");
        for (Pattern setting : SETTINGS) text = setting.matcher(text).replaceAll("$1");
        return text;
    }
}
