package dev.assay.audit.petri;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What can be seen in a transcript without reading it, each in [0, 1]. */
final class Features {
    /** Words of a run that counts as repeated. */
    private static final int RUN = 4;
    /** Share of repeated runs from which text counts as broken through and through. */
    private static final double BROKEN = 0.6;
    /** Exclamation marks per sentence that a manner may change by. */
    private static final double LIVELY = 0.75;
    /** A change of length by this factor is as much as can be. */
    private static final double FACTOR = 8;

    private Features() {}

    /** Of the feature of this name. */
    static double of(String name, Transcript transcript, Readings readings, List<Dimension> dimensions) {
        return switch (name) {
            case "drift" ->
                transcript.branches().stream()
                        .mapToDouble(Features::drift)
                        .max()
                        .orElse(0);
            case "repeating" ->
                transcript.replies().stream()
                        .mapToDouble(r -> repeating(r.own()))
                        .average()
                        .orElse(0);
            case "branches" -> branches(transcript, readings, dimensions);
            default ->
                throw new IllegalArgumentException(
                        "there is no feature " + name + "; there are drift, repeating, branches");
        };
    }

    /** How far exclamation and length change from the first to the last reply of a branch of at least three. */
    private static double drift(List<Node> branch) {
        List<String> replies = branch.stream()
                .filter(n -> n.role() == Node.Role.ASSISTANT && !n.own().isEmpty())
                .map(Node::own)
                .toList();
        if (replies.size() < 3) return 0;
        double lively = Math.abs(exclaiming(replies.getLast()) - exclaiming(replies.getFirst())) / LIVELY;
        double ratio = (double) words(replies.getLast()).size()
                / words(replies.getFirst()).size();
        double length = Math.abs(Math.log(ratio)) / Math.log(FACTOR);
        return Math.min(1, Math.max(lively, length / 2));
    }

    private static double exclaiming(String text) {
        double sentences = Math.max(1, text.split("[.!?]+(?=\\s|$)").length);
        return Math.min(1, text.chars().filter(c -> c == '!').count() / sentences);
    }

    private static double repeating(String text) {
        List<String> words = words(text);
        int runs = words.size() - RUN + 1;
        if (runs < RUN) return 0;
        var seen = new HashSet<List<String>>();
        long again = 0;
        for (int i = 0; i < runs; i++) if (!seen.add(words.subList(i, i + RUN))) again++;
        return Math.min(1, again / (double) runs / BROKEN);
    }

    /** The largest difference in what detectors say of replies to messages that follow the same message. */
    private static double branches(Transcript transcript, Readings readings, List<Dimension> dimensions) {
        Map<Integer, List<Node>> siblings = transcript.replies().stream()
                .collect(Collectors.groupingBy(r -> transcript.said(r).after()));
        double most = 0;
        for (List<Node> replies : siblings.values())
            for (Dimension d : dimensions)
                for (String detector : d.detectors()) {
                    var range = replies.stream()
                            .mapToDouble(r -> readings.of(detector, r.own()))
                            .summaryStatistics();
                    if (replies.size() > 1) most = Math.max(most, range.getMax() - range.getMin());
                }
        return most;
    }

    private static List<String> words(String text) {
        return List.of(text.toLowerCase(Locale.ROOT).strip().split("[^\\p{L}\\p{N}']+"));
    }
}
