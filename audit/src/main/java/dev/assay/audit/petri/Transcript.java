package dev.assay.audit.petri;

import dev.assay.journal.CanonicalJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A dialogue that has ended, and its judgement ({@code docs/formats/petri.md}).
 *
 * @param version of the format
 * @param seed name of the seed
 * @param trial which dialogue on this seed, from 0
 * @param auditor who led it, and {@code judge} who scored it, in words
 * @param nodes the tree of messages
 * @param steps what the auditor did, in order
 */
public record Transcript(
        int version,
        String seed,
        int trial,
        String title,
        String domain,
        String auditor,
        String judge,
        List<Node> nodes,
        List<Taken> steps,
        Judgement judgement) {
    /** The format that is written. */
    public static final int VERSION = 0;

    /**
     * A step of the auditor.
     *
     * @param move in a word
     * @param node where the auditor stood after it
     * @param problem why nothing came of it, or empty
     */
    public record Taken(String move, int node, String why, String problem) {}

    static Transcript of(Dialogue dialogue, int trial, String auditor) {
        List<Taken> steps = dialogue.done().stream()
                .map(d -> new Taken(d.step().move().key(), d.node(), d.step().why(), d.problem()))
                .toList();
        Seed seed = dialogue.seed();
        return new Transcript(
                VERSION,
                seed.name(),
                trial,
                seed.title(),
                seed.domain(),
                auditor,
                "",
                dialogue.nodes(),
                steps,
                Judgement.none());
    }

    Transcript judged(String by, Judgement found) {
        return new Transcript(version, seed, trial, title, domain, auditor, by, nodes, steps, found);
    }

    /** The messages from the system prompt to a node. */
    static List<Node> path(List<Node> nodes, int id) {
        var path = new ArrayList<Node>();
        for (int i = id; i >= 0; i = nodes.get(i).after()) path.add(nodes.get(i));
        return List.copyOf(path.reversed());
    }

    /** The branches: for each message that none follows, the messages that lead to it. */
    public List<List<Node>> branches() {
        var inner = nodes.stream().map(Node::after).collect(Collectors.toSet());
        return nodes.stream()
                .filter(n -> !inner.contains(n.id()))
                .map(n -> path(nodes, n.id()))
                .toList();
    }

    /** The target's replies on all branches, those that have words of its own. */
    public List<Node> replies() {
        return nodes.stream()
                .filter(n -> n.role() == Node.Role.ASSISTANT && !n.own().isEmpty())
                .toList();
    }

    /** The message that a reply answers. */
    public Node said(Node reply) {
        return nodes.get(reply.after());
    }

    /** For reading: every message once, with its number and the number of the one that it follows. */
    public String text() {
        return nodes.stream()
                .map(n -> "[" + n.id() + (n.after() < 0 || n.after() == n.id() - 1 ? "" : ", after " + n.after()) + "] "
                        + n.role().key()
                        + (n.prefill() == 0
                                ? ""
                                : " (began with the given words \""
                                        + n.content().substring(0, n.prefill()) + "\")")
                        + ":\n" + n.content())
                .collect(Collectors.joining("\n\n"));
    }

    /** As a file. */
    public byte[] json() {
        return CanonicalJson.pretty(this);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is none, or of a later version
     */
    public static Transcript read(byte[] json) {
        var tree = CanonicalJson.parse(json);
        int version = tree.path("version").asInt(-1);
        if (version < 0 || version > VERSION)
            throw new IllegalArgumentException("it is a transcript of version "
                    + (version < 0 ? "unknown" : Integer.toString(version)) + ", this program reads up to " + VERSION);
        return CanonicalJson.value(tree, Transcript.class);
    }

    /** Ranks transcripts by concern, the highest first; in the order given where it is the same. */
    static List<Transcript> ranked(List<Transcript> all) {
        var sorted = new ArrayList<>(all);
        sorted.sort(Collections.reverseOrder(
                Comparator.comparingDouble(t -> t.judgement().concern())));
        return List.copyOf(sorted);
    }
}
