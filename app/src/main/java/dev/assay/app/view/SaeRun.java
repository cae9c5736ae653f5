package dev.assay.app.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A training run of an autoencoder (docs/formats/sae-run.md), finished or not. */
record SaeRun(String id, Path folder) {
    /** The manifest's command. */
    static final String COMMAND = "sae train";

    private static final String DASHBOARD = "dashboard.html";
    private static final String LATENTS = "latents.json";

    /** @param score f1 on a world, explained variance on a model; empty before the first point */
    record Line(
            String id,
            String name,
            String ground,
            long samples,
            boolean done,
            Optional<Double> score,
            String measure) {}

    /** @param latents recall and precision of single latents, by how often their features fire */
    record Page(
            Line line,
            JsonNode config,
            List<JsonNode> points,
            Optional<JsonNode> result,
            List<Latent> latents,
            boolean dashboard) {}

    /** @param rate share of samples in which the matched feature fires */
    record Latent(int index, int feature, double rate, double f1, double cosine) {}

    Line line() {
        return line(Journal.read(folder));
    }

    private Line line(Snapshot read) {
        Optional<JsonNode> result = read.last("result");
        Optional<JsonNode> point = read.last("point");
        String measure = point.filter(p -> p.path("f1").isNumber()).isPresent() ? "f1" : "ev";
        Path parent = folder.toAbsolutePath().normalize().getParent();
        return new Line(
                id,
                folder.toAbsolutePath().normalize().getFileName().toString(),
                parent == null ? "" : parent.getFileName().toString(),
                point.map(p -> p.path("samples").asLong()).orElse(0L),
                result.isPresent(),
                point.map(p -> p.path(measure).asDouble()),
                measure);
    }

    Page page() {
        Snapshot read = Journal.read(folder);
        return new Page(
                line(read),
                read.manifest().config(),
                read.records("point"),
                read.last("result"),
                latents(),
                dashboard().isPresent());
    }

    /** The feature dashboard, if one was written here. */
    Optional<Path> dashboard() {
        Path file = folder.resolve(DASHBOARD);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    private List<Latent> latents() {
        Path file = folder.resolve(LATENTS);
        if (!Files.isRegularFile(file)) return List.of();
        JsonNode all;
        try {
            all = CanonicalJson.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
        var latents = new ArrayList<Latent>();
        double samples = Math.max(1, all.path("samples").asDouble());
        for (int i = 0; i < all.path("feature").size(); i++) {
            double tp = all.path("tp").path(i).asDouble();
            double fp = all.path("fp").path(i).asDouble();
            double fn = all.path("fn").path(i).asDouble();
            double f1 = tp == 0 ? 0 : 2 * tp / (2 * tp + fp + fn);
            latents.add(new Latent(
                    i,
                    all.path("feature").path(i).asInt(),
                    (tp + fn) / samples,
                    f1,
                    all.path("cosine").path(i).asDouble()));
        }
        return latents;
    }
}
