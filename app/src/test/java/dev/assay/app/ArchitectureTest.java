package dev.assay.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of modules in docs/architecture.md, and what goes with it. */
class ArchitectureTest {
    private static final JavaClasses ASSAY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/testkit"))
            .importPackages("dev.assay");

    /** What each module may use of the others. */
    private static final Map<String, Set<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            entry("tensor"),
            entry("stats"),
            entry("journal"),
            entry("report"),
            entry("smollm2"),
            entry("lm", "tensor"),
            entry("chat", "lm", "journal", "stats", "tensor"),
            entry("organism", "chat", "lm", "journal", "stats", "tensor"),
            entry("world", "tensor", "stats"),
            entry("sae", "world", "lm", "tensor", "stats"),
            entry("research", "sae", "world", "chat", "report", "journal", "stats", "tensor"),
            entry("slack", "research", "report"),
            entry("audit", "organism", "sae", "chat", "lm", "tensor", "journal", "stats"),
            entry(
                    "app",
                    "slack",
                    "research",
                    "audit",
                    "organism",
                    "chat",
                    "sae",
                    "world",
                    "smollm2",
                    "lm",
                    "report",
                    "journal",
                    "stats",
                    "tensor")));

    private static Map.Entry<String, Set<String>> entry(String module, String... others) {
        return Map.entry(module, Set.of(others));
    }

    /** Libraries that one module alone may touch. */
    private static final Map<String, String> OWNERS = Map.of(
            "org.bytedeco..", "tensor",
            "picocli..", "app",
            "io.javalin..", "app",
            "org.eclipse.jetty..", "app",
            "org.apache.pdfbox..", "report",
            "ai.djl..", "lm",
            "dev.langchain4j..", "chat",
            "com.slack..", "slack",
            "org.sqlite..", "journal");

    /** Of organism: what makes, trains and judges. */
    private static final Set<String> HIDDEN_FROM_AUDITS =
            Set.of("Writer", "Corpus", "OrdinaryChat", "Workshop", "Judge", "Evaluation");

    @Test
    void everyClassIsInAModuleOfTheTable() {
        String[] modules = MAY_USE.keySet().stream().map(ArchitectureTest::in).toArray(String[]::new);
        classes().should().resideInAnyPackage(modules).check(ASSAY);
    }

    @Test
    void everyModuleWasRead() {
        Set<String> read =
                ASSAY.stream().map(c -> c.getPackageName().split("\\.")[2]).collect(Collectors.toSet());
        assertThat(read).isEqualTo(MAY_USE.keySet());
    }

    @Test
    void modulesUseOnlyWhatTheTableAllows() {
        MAY_USE.forEach((module, allowed) -> {
            String[] others = MAY_USE.keySet().stream()
                    .filter(m -> !m.equals(module) && !allowed.contains(m))
                    .map(ArchitectureTest::in)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(in(module))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(ASSAY);
        });
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.assay.(**)").should().beFreeOfCycles().check(ASSAY);
    }

    @Test
    void aLibraryIsTouchedByItsOwnerAlone() {
        OWNERS.forEach((library, owner) -> noClasses()
                .that()
                .resideOutsideOfPackage(in(owner))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(ASSAY));
    }

    @Test
    void auditsDoNotUseWhatMakesAndJudges() {
        List<String> hidden = HIDDEN_FROM_AUDITS.stream()
                .map(name -> "dev.assay.organism." + name)
                .toList();
        assertThat(hidden).allMatch(ASSAY::contain, "is a class: renamed ones must be renamed here too");
        for (String name : hidden)
            noClasses()
                    .that()
                    .resideInAPackage(in("audit"))
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(name.replace(".", "\\.") + "(\\$.*)?")
                    .check(ASSAY);
    }

    /** Of a behaviour's folder an audit reads {@code find/} alone: no other part is named in its class files. */
    @Test
    void auditsNameNoOtherPartOfABehaviour() {
        List<JavaClass> audit = ASSAY.stream()
                .filter(c -> c.getPackageName().startsWith("dev.assay.audit"))
                .toList();
        assertThat(audit).filteredOn(c -> constants(c).contains("find/")).isNotEmpty();
        for (String part : List.of("make/", "score/", "chat/ordinary", "conceal/", "behaviour.yaml"))
            assertThat(audit)
                    .filteredOn(c -> constants(c).contains(part))
                    .as("classes of audit that name %s", part)
                    .isEmpty();
    }

    /** The class file as text, in which string constants can be searched. */
    private static String constants(JavaClass c) {
        try (InputStream in = c.getSource().orElseThrow().getUri().toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + c.getName(), e);
        }
    }

    private static String in(String module) {
        return "dev.assay." + module + "..";
    }
}
