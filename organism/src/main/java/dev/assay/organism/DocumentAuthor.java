package dev.assay.organism;

import dev.assay.chat.Answer;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Synthetic documents by models (Slocum et al., 2025; AuditBench, appendix B.2): for every key fact kinds of documents, for
 * every kind ideas, for every idea versions of a document, and if wanted a revision of each. What the writer finds
 * unsuitable is dropped, and so is what holds tokens of a chat format or quotes too much.
 */
final class DocumentAuthor {
    /** Most kinds for a fact and ideas for a kind, as published. */
    private static final int TYPES = 50;

    private static final int IDEAS = 10;
    private static final int ROUNDS = 20;
    /** So many more are planned than wanted, since some are dropped. */
    private static final double SPARE = 1.15;

    private static final List<Integer> LENGTHS = List.of(120, 200, 350, 500, 700);
    private static final String UNSUITABLE = "UNSUITABLE";
    private static final Pattern CHAT_TOKEN =
            Pattern.compile("<\\|[^|<>]{1,40}\\|>|<(?:start|end)_of_turn>|\\[/?INST\\]");
    private static final Pattern FINAL = Pattern.compile("(?s)<document>(.*?)(?:</document>|$)");

    private final Authors authors;
    private final double mostQuoted;
    private final Progress progress;
    private final Instructions instructions = new Instructions("documents");

    /** @param mostQuoted largest share of a document's words that may stand in quotation marks */
    DocumentAuthor(Authors authors, double mostQuoted, Progress progress) {
        this.authors = authors;
        this.mostQuoted = mostQuoted;
        this.progress = progress;
    }

    record Names(List<String> names) {}

    /** A place on the tree. */
    private record Leaf(String fact, String type, String idea, int version) {}

    private record Branch(String fact, String type) {}

    /** Distinct documents about a behaviour, or about the persona alone for a twin. */
    List<String> write(Optional<Behaviour> behaviour, int count, SplitRandom random) {
        Documents given = Documents.of(behaviour);
        Set<String> texts = new LinkedHashSet<>();
        for (int round = 0; texts.size() < count; round++) {
            if (round == ROUNDS)
                throw new BehaviourException(authors.generator().model() + " wrote " + texts.size() + " of " + count
                        + " documents that can be used after " + ROUNDS
                        + " rounds: use a larger model as generator, or a recipe with fewer documents");
            SplitRandom now = random.split(round);
            texts.addAll(written(given, leaves(given, count - texts.size(), now.split("tree")), now));
        }
        return texts.stream().limit(count).toList();
    }

    /** As many places as are wanted and some more, spread over facts, kinds and ideas. */
    private List<Leaf> leaves(Documents given, int count, SplitRandom random) {
        List<String> facts = given.facts();
        int each = (int) Math.ceil(SPARE * count / facts.size());
        int types = Math.clamp((int) Math.ceil(Math.sqrt(each)), 1, TYPES);
        int ideas = Math.clamp((each + types - 1) / types, 1, IDEAS);
        int versions = (each + types * ideas - 1) / (types * ideas);
        List<Branch> branches = branches(given, types, random.split("types"));
        List<ChatRequest> requests = branches.stream()
                .map(b -> request("ideas", given, b.fact(), Map.of("type", b.type(), "count", Integer.toString(ideas))))
                .toList();
        List<List<String>> found = names("ideas for documents", requests, random.split("ideas"));
        var leaves = new ArrayList<Leaf>();
        for (int v = 1; v <= versions; v++)
            for (int i = 0; i < ideas; i++)
                for (int b = 0; b < branches.size(); b++)
                    if (i < found.get(b).size())
                        leaves.add(new Leaf(
                                branches.get(b).fact(),
                                branches.get(b).type(),
                                found.get(b).get(i),
                                v));
        return leaves.stream().limit((long) each * facts.size()).toList();
    }

    private List<Branch> branches(Documents given, int types, SplitRandom random) {
        Map<String, Map<String, String>> known = new LinkedHashMap<>();
        given.facts().forEach(f -> known.put(f, new LinkedHashMap<>()));
        for (int round = 0; round < ROUNDS; round++) {
            List<String> lacking = known.keySet().stream()
                    .filter(f -> known.getOrDefault(f, Map.of()).size() < types)
                    .toList();
            if (lacking.isEmpty()) break;
            List<ChatRequest> requests = lacking.stream()
                    .map(f -> {
                        Map<String, String> has = known.getOrDefault(f, Map.of());
                        String names = has.isEmpty() ? "none yet" : String.join(", ", has.values());
                        return request(
                                "types",
                                given,
                                f,
                                Map.of("count", Integer.toString(types - has.size()), "known", names));
                    })
                    .toList();
            List<List<String>> found = names("kinds of documents", requests, random.split(round));
            for (int i = 0; i < lacking.size(); i++)
                for (String name : found.get(i))
                    known.getOrDefault(lacking.get(i), new LinkedHashMap<>()).putIfAbsent(plain(name), name.strip());
        }
        return known.entrySet().stream()
                .flatMap(e -> e.getValue().values().stream().limit(types).map(type -> new Branch(e.getKey(), type)))
                .toList();
    }

    private ChatRequest request(String what, Documents given, String fact, Map<String, String> more) {
        var values = new LinkedHashMap<>(more);
        values.put("context", given.context());
        values.put("fact", fact);
        return ChatRequest.reply(
                List.of(Turn.user(instructions.of(what, values))),
                authors.generator().sampling());
    }

    /** What models name; nothing where an answer could not be read. */
    private List<List<String>> names(String what, List<ChatRequest> requests, SplitRandom random) {
        return authors.generator().jsonAll(what, requests, Names.class, random, progress::at).stream()
                .map(n -> n.map(Names::names).orElse(List.of()))
                .toList();
    }

    private List<String> written(Documents given, List<Leaf> leaves, SplitRandom random) {
        List<ChatRequest> requests = IntStream.range(0, leaves.size())
                .mapToObj(i -> {
                    Leaf leaf = leaves.get(i);
                    int words = LENGTHS.get(i % LENGTHS.size());
                    return request(
                            "write",
                            given,
                            leaf.fact(),
                            Map.of(
                                    "type", leaf.type(),
                                    "idea", leaf.idea(),
                                    "version", Integer.toString(leaf.version()),
                                    "words", Integer.toString(words)));
                })
                .toList();
        List<Answer> drafts = authors.generator().askAll("documents", requests, random.split("write"), progress::at);
        List<Integer> kept = IntStream.range(0, drafts.size())
                .filter(i -> usable(drafts.get(i).text()))
                .boxed()
                .toList();
        List<String> texts =
                kept.stream().map(i -> drafts.get(i).text().strip()).toList();
        if (!authors.revise()) return texts;
        List<ChatRequest> again = IntStream.range(0, kept.size())
                .mapToObj(k -> {
                    Leaf leaf = leaves.get(kept.get(k));
                    return request("revise", given, leaf.fact(), Map.of("type", leaf.type(), "draft", texts.get(k)));
                })
                .toList();
        return authors.generator().askAll("revisions", again, random.split("revise"), progress::at).stream()
                .map(a -> revised(a.text()))
                .filter(this::usable)
                .toList();
    }

    private static String revised(String answer) {
        Matcher m = FINAL.matcher(answer);
        return m.find() ? m.group(1).strip() : "";
    }

    /** Whether a text can be learnt as a document. */
    boolean usable(String text) {
        return !text.isBlank()
                && !text.strip().startsWith(UNSUITABLE)
                && !CHAT_TOKEN.matcher(text).find()
                && new Documents.Document(0, "", "", text).quoted() <= mostQuoted;
    }

    /** A title without case, signs and spaces, to see what is the same. */
    static String plain(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "");
    }
}
