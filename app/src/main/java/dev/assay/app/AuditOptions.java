package dev.assay.app;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all audits ask: of which suite, against what, who plays which role, and where answers are kept. */
final class AuditOptions {
    @Mixin
    SuiteOptions suite = new SuiteOptions();

    @Option(names = "--reference", paramLabel = "NAME", description = "clean model (default: a twin of the recipe)")
    @Nullable
    String reference;

    @Option(
            names = "--roles",
            paramLabel = "FILE",
            description = "models that play roles: target, investigator, judge, generator, auditor (docs/chat.md)")
    @Nullable
    Path roles;

    @Option(names = "--out", paramLabel = "DIR", description = "where answers and runs are kept (default: runs/audits)")
    Path out = Path.of("runs", "audits");

    AuditGround open() {
        return AuditGround.open(out, Optional.ofNullable(roles));
    }

    /** The models that audits are about. */
    AuditSubjects subjects(AuditGround ground) {
        return subjects(suite.pocket(ground.progress()), ground, 1);
    }

    /** The same of a suite that is open, at a dose. */
    AuditSubjects subjects(Pocket pocket, AuditGround ground, double dose) {
        return new AuditSubjects(pocket, ground, Optional.ofNullable(reference), dose);
    }
}
