package dev.assay.app.view;

import dev.assay.app.view.live.Live;
import dev.assay.audit.Bank;
import dev.assay.organism.Lazy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Every document that the page reads, by its address below {@code data/} without {@code .json}. What the server answers and what an
 * export writes are the same documents.
 */
final class Pages {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private final Shelf shelf;
    private final AuditPages audits = new AuditPages();
    private final Lazy<PetriMarks> marks = new Lazy<>(() -> new PetriMarks(Bank.load()));
    private final boolean live;
    private final Optional<Live.About> model;

    /**
     * @param live whether there is a server behind the page, which tells of changes and can search
     * @param model that the page can look into
     */
    Pages(Shelf shelf, boolean live, Optional<Live.About> model) {
        this.shelf = shelf;
        this.live = live;
        this.model = model;
    }

    /** Gets ready what the first reader would wait for. */
    void warm() {
        audits.warm();
    }

    /** What there is to see. */
    record Index(
            boolean live,
            Optional<Live.About> model,
            List<Audits> audits,
            List<Organisms> organisms,
            List<SaeRun.Line> autoencoders,
            List<Dialogues> petri,
            List<Research> research,
            List<Certificate> certificates) {}

    /**
     * @param read share of the file that was read, in [0, 1]
     * @param statics folders with static evaluations that are of this one or rest on its runs
     */
    record Audits(String id, String path, int runs, int targets, List<String> statics, double read, String trouble) {}

    record Organisms(String id, String path, int made) {}

    record Dialogues(String id, String path) {}

    /** @param sprints that were begun */
    record Research(String id, String path, int sprints, String trouble) {}

    record Certificate(String id, String target, int replies) {}

    /** The document of an address; empty where there is none. */
    Optional<Object> document(String address) {
        String[] part = address.split("/", -1);
        List<String> rest = Arrays.asList(part).subList(1, part.length);
        return switch (part[0]) {
            case "index" -> rest.isEmpty() ? Optional.of(index()) : Optional.empty();
            case "audits" -> in(AuditFolder.class, rest, this::audit);
            case "compare" -> compare(rest);
            case "organisms" -> in(OrganismSuite.class, rest, this::organisms);
            case "autoencoders" -> in(SaeRun.class, rest, (run, more) -> only(more, run::page));
            case "petri" -> in(PetriFolder.class, rest, this::petri);
            case "research" -> in(ResearchFolder.class, rest, Pages::research);
            case "certificates" -> in(CertificateFile.class, rest, (file, more) -> only(more, file::content));
            default -> Optional.empty();
        };
    }

    private interface Below<T> {
        Optional<Object> of(T thing, List<String> rest);
    }

    private <T> Optional<Object> in(Class<T> kind, List<String> address, Below<T> below) {
        if (address.isEmpty()) return Optional.empty();
        return shelf.named(kind, address.getFirst()).flatMap(t -> below.of(t, address.subList(1, address.size())));
    }

    private static Optional<Object> only(List<String> rest, Supplier<Object> document) {
        return rest.isEmpty() ? Optional.of(document.get()) : Optional.empty();
    }

    private Optional<Object> audit(AuditFolder folder, List<String> rest) {
        String what = rest.isEmpty() ? "" : rest.getFirst();
        List<String> more = rest.isEmpty() ? rest : rest.subList(1, rest.size());
        return switch (what) {
            case "map" ->
                more.size() > 1
                        ? Optional.empty()
                        : Optional.of(audits.map(folder, more.isEmpty() ? "" : more.getFirst()));
            case "cells" ->
                more.size() == 2
                        ? audits.cell(folder, more.get(0), more.get(1)).map(Function.identity())
                        : Optional.empty();
            case "static" ->
                more.isEmpty() ? StaticPage.of(folder, shelf.audits()).map(Function.identity()) : Optional.empty();
            case "runs" ->
                more.stream().allMatch(n -> NUMBER.matcher(n).matches()) ? run(folder, more) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Optional<Object> run(AuditFolder folder, List<String> numbers) {
        return switch (numbers.size()) {
            case 1 -> audits.run(folder, Long.parseLong(numbers.getFirst())).map(Function.identity());
            case 2 -> audits.events(folder, Long.parseLong(numbers.getFirst()), Integer.parseInt(numbers.get(1)));
            default -> Optional.empty();
        };
    }

    private Optional<Object> compare(List<String> two) {
        if (two.size() != 2) return Optional.empty();
        return shelf.named(AuditFolder.class, two.get(0))
                .flatMap(a -> shelf.named(AuditFolder.class, two.get(1)).map(b -> Comparison.of(a.runs(), b.runs())));
    }

    private Optional<Object> organisms(OrganismSuite suite, List<String> rest) {
        if (rest.isEmpty()) return Optional.of(suite.lines());
        return rest.size() == 1 ? suite.card(rest.getFirst()).map(Function.identity()) : Optional.empty();
    }

    private Optional<Object> petri(PetriFolder folder, List<String> rest) {
        if (rest.isEmpty()) return Optional.of(folder.board());
        boolean one = rest.size() == 1 && NUMBER.matcher(rest.getFirst()).matches();
        return one
                ? folder.page(Integer.parseInt(rest.getFirst()), marks.get()).map(Function.identity())
                : Optional.empty();
    }

    private static Optional<Object> research(ResearchFolder folder, List<String> rest) {
        if (rest.isEmpty()) return Optional.of(folder.board());
        return rest.size() == 1 ? folder.page(rest.getFirst()).map(Function.identity()) : Optional.empty();
    }

    /** Files that the page links to, by their addresses. */
    Map<String, Path> files() {
        Map<String, Path> all = new LinkedHashMap<>();
        for (ResearchFolder r : shelf.research())
            if (r.state().trouble().isEmpty())
                for (String sprint : r.sprints())
                    r.report(sprint).ifPresent(f -> all.put("reports/" + r.id() + "/" + sprint + ".pdf", f));
        return all;
    }

    private Index index() {
        return new Index(
                live,
                model,
                shelf.audits().stream().map(this::summary).toList(),
                shelf.organisms().stream()
                        .map(o -> new Organisms(
                                o.id(), o.folder().toString(), o.lines().size()))
                        .toList(),
                shelf.autoencoders().stream().map(SaeRun::line).toList(),
                shelf.dialogues().stream()
                        .map(d -> new Dialogues(d.id(), d.folder().toString()))
                        .toList(),
                shelf.research().stream().map(Pages::summary).toList(),
                shelf.certificates().stream()
                        .map(c -> new Certificate(
                                c.id(),
                                c.content().path("target").asText(),
                                c.content().path("replies").asInt()))
                        .toList());
    }

    private static Research summary(ResearchFolder folder) {
        ResearchFolder.State now = folder.state();
        return new Research(folder.id(), folder.folder().toString(), now.sprints(), now.trouble());
    }

    private Audits summary(AuditFolder folder) {
        AuditFolder.State s = folder.state();
        List<AuditRun> runs = s.runs();
        int targets =
                (int) runs.stream().map(r -> r.brief().target()).distinct().count();
        return new Audits(
                folder.id(),
                folder.folder().toString(),
                runs.size(),
                targets,
                StaticPage.of(shelf.audits(), folder),
                s.read(),
                s.trouble().orElse(""));
    }

    /** What was found in a folder of audits. */
    Optional<Search.Found> search(String id, String words, int from) {
        return shelf.named(AuditFolder.class, id).map(folder -> new Search(words).in(folder, from));
    }

    /** The addresses of all documents. */
    List<String> addresses() {
        var all = new ArrayList<>(List.of("index"));
        for (AuditFolder f : shelf.audits()) {
            String at = "audits/" + f.id() + "/";
            all.add(at + "map");
            audits.map(f, "").trainings().forEach(t -> all.add(at + "map/" + t));
            if (!f.state().statics().isEmpty()) all.add(at + "static");
            audits.cells(f).forEach(c -> all.add(at + "cells/" + String.join("/", c)));
            for (AuditRun r : f.runs()) {
                all.add(at + "runs/" + r.seq());
                for (int p = 0; p < audits.pages(f, r.seq()); p++) all.add(at + "runs/" + r.seq() + "/" + p);
            }
            for (AuditFolder g : shelf.audits()) if (g != f) all.add("compare/" + f.id() + "/" + g.id());
        }
        for (OrganismSuite o : shelf.organisms()) {
            all.add("organisms/" + o.id());
            o.lines().forEach(l -> all.add("organisms/" + o.id() + "/" + l.name()));
        }
        shelf.autoencoders().forEach(s -> all.add("autoencoders/" + s.id()));
        for (PetriFolder p : shelf.dialogues()) {
            all.add("petri/" + p.id());
            p.board().dialogues().forEach(d -> all.add("petri/" + p.id() + "/" + d.rank()));
        }
        for (ResearchFolder r : shelf.research())
            if (r.state().trouble().isEmpty()) {
                all.add("research/" + r.id());
                r.sprints().forEach(s -> all.add("research/" + r.id() + "/" + s));
            }
        shelf.certificates().forEach(c -> all.add("certificates/" + c.id()));
        return all;
    }
}
