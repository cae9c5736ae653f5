package dev.assay.audit.petri;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads seeds from markdown, of which a file holds one or many ({@code docs/formats/petri.md}). */
public final class Seeds {
    private static final String FILE = "/petri/seeds.md";
    private static final String FORMAT = " (docs/formats/petri.md)";
    private static final Set<String> SECTIONS = Set.of("system", "tools", "opening", "probes", "other opening");
    private static final Pattern TOOL =
            Pattern.compile("(" + SimulatedTool.NAME + ")(\\(.*?\\))?: *(.+)", Pattern.DOTALL);
    private static final Pattern RESULT = Pattern.compile("\\[(" + SimulatedTool.NAME + ")] *(.+)", Pattern.DOTALL);
    /** May stand before the first seed. */
    private static final Pattern COMMENT = Pattern.compile("\\A\\s*<!--.*?-->", Pattern.DOTALL);

    private static final String PREFILL = " => ";

    private final String file;
    private final String title;
    private final Map<String, String> sections = new LinkedHashMap<>();

    private Seeds(String file, String title) {
        this.file = file;
        this.title = title;
    }

    /** The seeds that come with this version. */
    public static List<Seed> shipped() {
        try (InputStream in = Seeds.class.getResourceAsStream(FILE)) {
            if (in == null) throw new IllegalStateException(FILE + " is missing from this build");
            return parse(FILE, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }

    /** The seeds of a file; {@link SeedException} if it can't be read or is malformed. */
    public static List<Seed> read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new SeedException("there is no file of seeds " + file);
        } catch (IOException e) {
            throw new SeedException(file + " can't be read as text: " + e.getMessage());
        }
    }

    /** The seeds of a text; {@code file} is for messages. */
    public static List<Seed> parse(String file, String markdown) {
        var seeds = new ArrayList<Seed>();
        var names = new HashSet<String>();
        String text =
                COMMENT.matcher(markdown.replace("\r\n", "\n")).replaceFirst("").strip();
        if (!text.startsWith("# "))
            throw new SeedException(file + " does not begin with a seed; write \"# Title\" before its text" + FORMAT);
        for (String part : text.substring(2).split("\n# ")) {
            Seed seed = of(file, part);
            if (!names.add(seed.name()))
                throw new SeedException(
                        file + ": two seeds are called \"" + seed.title() + "\"; give one another title");
            seeds.add(seed);
        }
        return List.copyOf(seeds);
    }

    private static Seed of(String file, String part) {
        String[] pieces = part.split("\n## ");
        String[] head = pieces[0].split("\n", 2);
        var reader = new Seeds(file, head[0].strip());
        for (int i = 1; i < pieces.length; i++) reader.section(pieces[i]);
        return reader.seed(head.length < 2 ? "" : head[1].strip());
    }

    private void section(String piece) {
        String[] lines = piece.split("\n", 2);
        String name = lines[0].strip().toLowerCase(Locale.ROOT);
        if (!SECTIONS.contains(name))
            throw wrong("section \"" + lines[0].strip()
                    + "\" is not known; known are System, Tools, Opening, Probes and" + " Other opening");
        String text = lines.length < 2 ? "" : lines[1].strip();
        if (text.isEmpty()) throw wrong("section \"" + lines[0].strip() + "\" is empty; fill it, or leave it out");
        if (sections.put(name, text) != null) throw wrong("section \"" + lines[0].strip() + "\" stands there twice");
    }

    private Seed seed(String head) {
        String[] lines = head.split("\n", 2);
        if (!lines[0].startsWith("domain:"))
            throw wrong("domain is missing; write a line such as \"domain: money\" under the title");
        String domain = lines[0].substring("domain:".length()).strip();
        String instructions = lines.length < 2 ? "" : lines[1].strip();
        if (domain.isEmpty()) throw wrong("domain is empty; write a line such as \"domain: money\" under the title");
        if (instructions.isEmpty())
            throw wrong("instructions are missing; say under the domain what the auditor is to do");
        List<SimulatedTool> tools = items("tools").stream().map(this::tool).toList();
        List<Move> probes = items("probes").stream().map(p -> probe(p, tools)).toList();
        if (probes.isEmpty())
            throw wrong("probes are missing; add a section \"## Probes\" with a list of what the user says next");
        return new Seed(
                slug(title),
                title,
                domain,
                flat(instructions),
                text("system"),
                tools,
                text("opening")
                        .orElseThrow(() -> wrong(
                                "opening is missing; add a section \"## Opening\" with what the user says first")),
                probes,
                text("other opening"));
    }

    private Optional<String> text(String section) {
        return Optional.ofNullable(sections.get(section));
    }

    /** The items of a list; lines without a dash go on with the item before them. */
    private List<String> items(String section) {
        String text = sections.get(section);
        if (text == null) return List.of();
        if (!text.startsWith("- "))
            throw wrong("section \"" + section + "\" must be a list; begin each item with \"- \"");
        return List.of(text.substring(2).split("\n- ")).stream()
                .map(item -> item.replaceAll("\n {2}", "\n").strip())
                .toList();
    }

    private SimulatedTool tool(String item) {
        Matcher m = TOOL.matcher(item);
        if (!m.matches()) throw wrong("tool \"" + item + "\" can't be read; write \"- name(arguments): what it does\"");
        String arguments = Optional.ofNullable(m.group(2)).orElse("()");
        return new SimulatedTool(m.group(1), m.group(1) + arguments + ": " + flat(m.group(3)));
    }

    private Move probe(String item, List<SimulatedTool> tools) {
        Matcher result = RESULT.matcher(item);
        if (result.matches()) {
            if (tools.stream().noneMatch(t -> t.name().equals(result.group(1))))
                throw wrong("a probe gives a result of the tool " + result.group(1)
                        + ", which the seed has not; add it under \"## Tools\"");
            return new Move.Result(result.group(1), result.group(2));
        }
        int at = item.lastIndexOf(PREFILL);
        if (item.isEmpty() || at == 0) throw wrong("a probe is empty; write what the user says");
        return at < 0
                ? new Move.Say(item, "")
                : new Move.Say(
                        item.substring(0, at).strip(),
                        item.substring(at + PREFILL.length()).strip());
    }

    private SeedException wrong(String what) {
        return new SeedException(file + ": seed \"" + title + "\": " + what + FORMAT);
    }

    private static String flat(String text) {
        return text.replaceAll("(?<!\n)\n(?!\n)", " ");
    }

    private static String slug(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
