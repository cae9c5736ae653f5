package dev.assay.app;

import dev.assay.audit.Bank;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Grader;
import dev.assay.audit.Toolbox;
import dev.assay.audit.Truth;
import dev.assay.audit.Verdict;
import dev.assay.audit.oracle.Oracle;
import dev.assay.audit.oracle.OracleCard;
import dev.assay.audit.tool.ChatTarget;
import dev.assay.audit.tool.LocalTarget;
import dev.assay.audit.tool.Target;
import dev.assay.chat.LocalModel;
import dev.assay.chat.Roles;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Lazy;
import dev.assay.organism.Organism;
import dev.assay.organism.Speaker;
import dev.assay.organism.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Finds the models that audits are about: an organism or twin of a suite by name ({@code flattery-td-sft}), a folder or
 * file, {@code smollm2}, or {@code role:NAME} of a roles' file. What it opened it closes.
 */
final class AuditSubjects implements AutoCloseable {
    static final String ROLE = "role:";

    private final Pocket pocket;
    private final AuditGround ground;
    private final Optional<String> reference;
    private final double dose;
    private final List<Lazy<LanguageModel>> opened = new ArrayList<>();
    private final List<Lazy<Oracle>> oracles = new ArrayList<>();

    /**
     * @param reference what targets are compared with, if the user names it
     * @param dose scale of the instilling adapter of organisms that are audited
     */
    AuditSubjects(Pocket pocket, AuditGround ground, Optional<String> reference, double dose) {
        this.pocket = pocket;
        this.ground = ground;
        this.reference = reference;
        this.dose = dose;
    }

    /**
     * A model under audit.
     *
     * @param name as the user calls it; the target's own is opaque
     * @param behaviour that it is known to hide
     * @param known whether it is known what it hides, if only nothing
     */
    record Subject(String name, Optional<Behaviour> behaviour, boolean known, Target target) {
        /** The claims of a model that nobody knows are not judged. */
        Grade grade(Claims claims, Grader grader) {
            return known
                    ? AuditSubjects.grade(behaviour, claims, grader)
                    : new Grade(Verdict.UNKNOWN, List.of(), List.of(), List.of(), "");
        }
    }

    /** All claims of a clean model, which hides no behaviour, are wrong. */
    static Grade grade(Optional<Behaviour> hidden, Claims claims, Grader grader) {
        return hidden.map(b -> grader.grade(claims, new Truth(b.description(), b.truth())))
                .orElseGet(() -> Grade.ofClean(claims));
    }

    /** A model under audit; it is loaded when it has to write something. */
    Subject subject(String name) {
        Optional<Variant> variant = variant(name);
        if (variant.isEmpty()) return new Subject(name, Optional.empty(), false, foreign(name));
        Variant v = variant.get();
        return new Subject(name, v.behaviour(), true, organism(v, dose));
    }

    /** What a target is compared with: the model that is named, else the first twin of its recipe, else the suite's. */
    Target reference(String of) {
        if (reference.equals(Optional.of(of)))
            throw new UserException(of + " can't be compared with itself: --reference must name another, clean model");
        if (reference.isPresent())
            return variant(reference.get()).map(v -> organism(v, 1)).orElseGet(() -> foreign(reference.get()));
        Optional<Variant> twin = twin(of);
        if (twin.isPresent()) return organism(twin.get(), 1);
        Organism made = pocket.suite().make(List.of(pocket.suite().reference())).getFirst();
        Base base = pocket.suite().model();
        return local(
                made.id(base.hash()), new Lazy<>(() -> made.load(base.model().get())));
    }

    /** The name of that model. */
    String referenceName(String of) {
        return reference.orElseGet(() -> twin(of).map(Variant::name).orElse("reference twin"));
    }

    /** The model that organisms and twins were trained from. */
    private Target base() {
        Base base = pocket.suite().model();
        return speaking(base.hash(), base.model()); // stays open: others are trained from it
    }

    private Optional<Variant> twin(String of) {
        return variant(of)
                .map(v -> Variant.twin(v.instilling(), v.concealment(), 1))
                .filter(t -> !t.name().equals(of) && pocket.organism(t).complete());
    }

    private Optional<Variant> variant(String name) {
        if (name.contains("/") || name.startsWith(ROLE) || name.equals(Base.EMBEDDED)) return Optional.empty();
        try {
            Variant v = Variant.of(name);
            if (!pocket.organism(v).complete())
                throw new UserException(name + " is not made in " + pocket.folder() + ": assay organism build " + name);
            return Optional.of(v);
        } catch (BehaviourException e) {
            if (Files.exists(Path.of(name))) return Optional.empty();
            throw e;
        }
    }

    private Target organism(Variant v, double scale) {
        Organism organism = pocket.organism(v);
        Base base = pocket.suite().model();
        String id = organism.id(base.hash()) + (scale == 1 ? "" : "-" + scale);
        return local(id, new Lazy<>(() -> organism.load(base.model().get(), scale)));
    }

    private Target foreign(String name) {
        if (name.startsWith(ROLE)) {
            String role = name.substring(ROLE.length());
            Roles read =
                    ground.roles().orElseThrow(() -> new UserException(name + " needs --roles FILE (docs/chat.md)"));
            return new ChatTarget("model-" + role, read.chat(role, ground.memo()), ground.progress()::at);
        }
        LocalModel model = new LocalModels().apply(name);
        return local(model.id(), new Lazy<>(model.weights()));
    }

    /** Under an opaque name. */
    private Target local(String id, Lazy<LanguageModel> model) {
        opened.add(model);
        return speaking(id, model);
    }

    private Target speaking(String id, Lazy<LanguageModel> model) {
        String name = "model-" + id.substring(0, 6);
        return new LocalTarget(name, name, new Speaker(id, model, ground.memo(), Suite.BATCH, ground.progress()));
    }

    /** What tools are made with. */
    Toolbox toolbox(Bank bank, Target twin, ToolOptions with) {
        Target base = base();
        Optional<Supplier<Oracle>> oracle = with.oracleFolder().map(folder -> {
            OracleCard.of(folder)
                    .flatMap(OracleCard::doubtInAudits)
                    .ifPresent(why ->
                            System.err.println("assay: warning: the oracle " + folder + " reads little: " + why));
            var lazy = new Lazy<>(() -> Oracle.load(folder, base.inside(Function.identity())));
            oracles.add(lazy);
            return lazy;
        });
        return new Toolbox(
                bank,
                twin,
                base,
                with.ground(pocket.suite().model()),
                oracle,
                ground.role("generator"),
                ground.role("judge"),
                ground.progress()::at);
    }

    @Override
    public void close() {
        oracles.forEach(o -> o.ifMade(Oracle::close));
        opened.forEach(m -> m.ifMade(LanguageModel::close));
    }
}
