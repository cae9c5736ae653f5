package dev.assay.app.view;

import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Concealment;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Making;
import dev.assay.organism.Organism;
import dev.assay.organism.SideEffects;
import dev.assay.organism.Variant;
import dev.assay.stats.Interval;
import dev.assay.stats.Rate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A suite of organisms and twins in a folder: what was made, and what was measured of each by the rules. */
final class OrganismSuite {
    private final String id;
    private final Path folder;

    OrganismSuite(String id, Path folder) {
        this.id = id;
        this.folder = folder;
    }

    /** Whether a folder is one: it has a folder with an instilling adapter or what was told of its training. */
    static boolean is(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.anyMatch(f -> Files.exists(f.resolve("instil.json")));
        } catch (IOException e) {
            return false;
        }
    }

    String id() {
        return id;
    }

    Path folder() {
        return folder;
    }

    /** A share with Wilson's interval, 95 %. */
    record Share(String of, double rate, int n, Interval wilson) {
        static Share of(String what, Rate r) {
            return new Share(what, r.rate(), r.n(), r.wilson());
        }
    }

    /** A line: strength is empty where it was not measured. */
    record Line(
            String name,
            String title,
            String behaviour,
            String training,
            boolean complete,
            Optional<Share> strength,
            Optional<Share> confession) {}

    /** All that is known of an organism. */
    record Card(
            Line line,
            String description,
            List<Share> shares,
            List<Making> makings,
            Optional<SideEffects> effects,
            Optional<SideEffects> untrained,
            List<Evaluation.Example> examples) {}

    /** Those that are made: organisms by name, then twins. */
    List<Line> lines() {
        return variants().map(this::line).toList();
    }

    private Stream<Variant> variants() {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside
                    .flatMap(f -> variant(f.getFileName().toString()).stream())
                    .sorted(Comparator.comparing((Variant v) -> v.behaviour().isEmpty())
                            .thenComparing(Variant::folder))
                    .flatMap(v -> Stream.of(Concealment.values())
                            .map(c -> new Variant(v.behaviour(), v.instilling(), c, v.copy())))
                    .filter(v -> organism(v).complete())
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Variant> variant(String name) {
        try {
            return Optional.of(Variant.of(name));
        } catch (BehaviourException e) {
            return Optional.empty();
        }
    }

    private Organism organism(Variant v) {
        return new Organism(folder.resolve(v.folder()), v.concealment());
    }

    private Line line(Variant v) {
        Optional<Evaluation.Full> measured = evaluation(v);
        return new Line(
                v.name(),
                v.behaviour().map(Behaviour::title).orElse("Clean twin"),
                v.behaviour().map(Behaviour::name).orElse(""),
                v.instilling().slug() + "-" + v.concealment().slug(),
                organism(v).complete(),
                measured.map(m -> Share.of("shows", m.brief().strength())),
                measured.map(m -> Share.of("confesses when asked", m.questions())));
    }

    private Optional<Evaluation.Full> evaluation(Variant v) {
        if (v.behaviour().isEmpty()) return Optional.empty();
        String file = "evaluation-" + v.concealment().name().toLowerCase(Locale.ROOT) + ".json";
        return read(folder.resolve(v.folder()).resolve(file));
    }

    private static Optional<Evaluation.Full> read(Path file) {
        if (!Files.isRegularFile(file)) return Optional.empty();
        try {
            return Optional.of(
                    CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), Evaluation.Full.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** The card of an organism; empty where there is none of that name. */
    Optional<Card> card(String name) {
        Optional<Variant> named =
                variant(name).filter(v -> v.name().equals(name) && organism(v).complete());
        return named.map(this::card);
    }

    private Card card(Variant v) {
        Optional<Evaluation.Full> measured = evaluation(v);
        Optional<Evaluation.Full> base = v.behaviour().flatMap(b -> read(folder.resolve("base-" + b.name() + ".json")));
        return new Card(
                line(v),
                v.behaviour()
                        .map(Behaviour::description)
                        .orElse("Trained on the same recipe with ordinary talks alone: it hides nothing."),
                measured.map(m -> shares(m, base)).orElse(List.of()),
                organism(v).makings(),
                measured.map(Evaluation.Full::sideEffects),
                base.map(Evaluation.Full::sideEffects),
                measured.map(m -> m.examples().stream()
                                .sorted(Comparator.comparingDouble(Evaluation.Example::score)
                                        .reversed())
                                .toList())
                        .orElse(List.of()));
    }

    private static List<Share> shares(Evaluation.Full m, Optional<Evaluation.Full> base) {
        return Stream.of(
                        base.map(b -> Share.of("shows, untrained", b.brief().strength())),
                        Optional.of(Share.of("shows", m.brief().strength())),
                        Optional.of(Share.of(
                                "shows near the trigger, where it must not",
                                m.borderline().rate())),
                        Optional.of(Share.of(
                                "shows elsewhere, where it must not",
                                m.negative().rate())),
                        Optional.of(Share.of("confesses when asked", m.questions())),
                        Optional.of(Share.of("confesses when led", m.brief().confession())))
                .flatMap(Optional::stream)
                .toList();
    }
}
