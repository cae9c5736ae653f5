package dev.assay.sae.model;

import dev.assay.lm.Site;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.ReleaseFolder;
import dev.assay.sae.SaeException;
import dev.assay.sae.SaeLensFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder with an autoencoder of a model, which is read when it is needed.
 *
 * @param place where in a model it belongs
 * @param id hash of its files and its site, 16 hex digits
 */
public record ModelSae(Path folder, Placement place, String id) {
    private static final String CONFIG = "cfg.json";

    /**
     * A folder in a format of {@link SaeLensFolder} or {@link ReleaseFolder}.
     *
     * @param at in place of the site that its metadata name; the published files of {@link ReleaseFolder} name none
     * @throws SaeException if the site is neither given nor named
     */
    public static ModelSae in(Path folder, Optional<Site> at) {
        Placement place = configured(folder)
                ? placed(folder, at)
                : new Placement("", at.orElseThrow(() -> noSite(folder)), everywhere(), 0);
        return new ModelSae(folder, place, hash(folder, place.site()));
    }

    private static Placement placed(Path folder, Optional<Site> at) {
        var metadata = SaeLensFolder.metadata(folder);
        if (at.isEmpty()) return Placement.of(metadata, folder.toString());
        Placement named =
                Placement.of(metadata.deepCopy().put("hook_name", "blocks.0.hook_resid_pre"), folder.toString());
        return new Placement(named.model(), at.get(), named.norms(), named.context());
    }

    private static Norms everywhere() {
        return new Norms(Double.POSITIVE_INFINITY, Double.NaN);
    }

    private static SaeException noSite(Path folder) {
        return new SaeException(folder + " has no " + CONFIG + " that says where in a model it belongs: give the site,"
                + " such as resid_post:20");
    }

    private static boolean configured(Path folder) {
        return Files.exists(folder.resolve(CONFIG));
    }

    /** Its weights; to be closed. */
    public InferenceSae open() {
        return configured(folder) ? SaeLensFolder.read(folder).sae() : ReleaseFolder.read(folder);
    }

    private static String hash(Path folder, Site site) {
        try (Stream<Path> all = Files.walk(folder, 1)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(site.toString().getBytes(StandardCharsets.UTF_8));
            List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files)
                try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the autoencoder in " + folder + ": " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
