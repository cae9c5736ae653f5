package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.suite.Bench;
import dev.assay.audit.suite.PlannedRun;
import dev.assay.audit.suite.Subject;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.tool.Configuration;
import dev.assay.organism.Variant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The models of a suite's plan, found as {@code assay audit run} finds them. The target that was last audited stays open, and all
 * that are played elsewhere.
 */
final class SuiteGround implements Bench, AutoCloseable {
    private static final String ANY = "*";

    private final AuditGround ground;
    private final SuitePlan plan;
    private final AuditOptions options = new AuditOptions();
    private final Pocket pocket;
    private final Map<PlannedSeat, Open> elsewhere = new HashMap<>(); // guarded by this
    private @Nullable Open open; // guarded by this

    private record PlannedSeat(Subject subject, double dose) {}

    private record Open(PlannedSeat planned, AuditSubjects subjects, Audits.Seat seat) {}

    SuiteGround(AuditGround ground, SuitePlan plan) {
        this.ground = ground;
        this.plan = plan;
        SuitePlan.Ground where = plan.ground();
        options.suite.seed = where.seed();
        options.suite.model = where.model();
        options.suite.recipe = where.recipe();
        options.suite.folder = where.dir().map(Path::of).orElse(null);
        options.reference = where.reference().orElse(null);
        this.pocket = options.suite.pocket(ground.progress());
    }

    Pocket pocket() {
        return pocket;
    }

    /** The plan on the models that are there; {@link UserException} where one is not. */
    Suite prepare() {
        List<String> names = names();
        var subjects = new ArrayList<Subject>();
        try (AuditSubjects all = options.subjects(pocket, ground, 1)) {
            for (String name : names)
                subjects.add(new Subject(
                        name,
                        all.referenceName(name),
                        all.subject(name).target().name(),
                        all.reference(name).name()));
        }
        return new Suite(plan.withTargets(names), subjects);
    }

    /** Names as they stand, and for patterns those that are made. */
    private List<String> names() {
        var names = new LinkedHashSet<String>();
        for (String target : plan.targets()) {
            if (!target.contains(ANY)) {
                names.add(target);
                continue;
            }
            Pattern pattern = Pattern.compile(Pattern.quote(target).replace(ANY, "\\E.*\\Q"));
            List<Variant> named = Variant.pocket().stream()
                    .filter(v -> pattern.matcher(v.name()).matches())
                    .toList();
            List<String> made = named.stream()
                    .filter(v -> pocket.organism(v).complete())
                    .map(Variant::name)
                    .toList();
            if (made.isEmpty())
                throw new UserException("of " + target + " none is made in " + pocket.folder()
                        + ": assay organism build --suite pocket");
            if (made.size() < named.size())
                ground.progress().say(target + ": " + made.size() + " of " + named.size() + " are made");
            names.addAll(made);
        }
        return List.copyOf(names);
    }

    @Override
    public List<Supplier<AuditRecord>> work(List<Job> jobs) {
        return seat(jobs.getFirst().run())
                .work(jobs.stream()
                        .map(j -> new Audits.Piece(
                                Configuration.of(j.run().tool()), j.run().number(), j.attempt()))
                        .toList());
    }

    /** A language model audits a role, compares it with a role, and all roles of the file are played elsewhere. */
    @Override
    public boolean alone(PlannedRun run) {
        Subject subject = run.subject();
        return plan.investigator().equals(SuitePlan.LLM)
                && subject.target().startsWith(AuditSubjects.ROLE)
                && subject.reference().startsWith(AuditSubjects.ROLE)
                && ground.roles()
                        .filter(roles -> roles.names().stream().allMatch(roles::remote))
                        .isPresent();
    }

    private synchronized Audits.Seat seat(PlannedRun run) {
        var planned = new PlannedSeat(run.subject(), run.dose());
        if (alone(run)) return elsewhere.computeIfAbsent(planned, this::open).seat();
        if (open == null || !open.planned().equals(planned)) {
            leave();
            open = open(planned);
        }
        return open.seat();
    }

    /** Closes the target that was last audited. */
    private void leave() {
        if (open != null) open.subjects().close();
        open = null;
    }

    private Open open(PlannedSeat planned) {
        Subject subject = planned.subject();
        AuditSubjects subjects = options.subjects(pocket, ground, planned.dose());
        try {
            check(subject, subjects);
            Audits.Seat seat = audits().seat(subjects, subject.target(), planned.dose());
            return new Open(planned, subjects, seat);
        } catch (RuntimeException e) {
            subjects.close();
            throw e;
        }
    }

    /** Organisms may have been made anew since the plan was written, or lie elsewhere on this host. */
    private void check(Subject planned, AuditSubjects all) {
        check(planned.target(), all.subject(planned.target()).target().name(), planned.targetModel());
        check(planned.reference(), all.reference(planned.target()).name(), planned.referenceModel());
    }

    private static void check(String name, String here, String planned) {
        if (!here.equals(planned))
            throw new UserException(
                    name + " is " + here + " here and " + planned + " in the plan: give the suite's --arithmetic and"
                            + " --device, or run assay audit suite FILE again");
    }

    private Audits audits() {
        Bank bank = plan.without().map(Bank.load()::without).orElseGet(Bank::load);
        return new Audits(ground, plan.investigator(), plan.budget().run(), bank, tools());
    }

    private ToolOptions tools() {
        var tools = new ToolOptions();
        SuitePlan.Ground where = plan.ground();
        tools.sae.folder = where.sae().map(Path::of).orElse(null);
        tools.sae.site = where.saeAt().orElse(null);
        tools.texts = where.saeText().stream().map(Path::of).toList();
        tools.oracle = where.oracle().map(Path::of).orElse(null);
        return tools;
    }

    /** Who plays which role. */
    static Optional<Path> roles(SuitePlan plan) {
        return plan.ground().roles().map(Path::of);
    }

    @Override
    public synchronized void close() {
        leave();
        elsewhere.values().forEach(o -> o.subjects().close());
        elsewhere.clear();
    }
}
