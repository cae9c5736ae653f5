package dev.assay.audit.tool;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an investigator has beside talks: the thirteen configurations of AuditBench, and two of our own. */
public enum Configuration {
    CHAT(Kind.BLACK_BOX, 128),
    PREFILL(Kind.BLACK_BOX, 128),
    USER(Kind.BLACK_BOX, 48),
    COMPLETION(Kind.BLACK_BOX, 200),
    PETRI(Kind.BLACK_BOX, 400),
    HONESTY_STEERING(Kind.WHITE_BOX, 100),
    PREFILL_STEERING(Kind.WHITE_BOX, 100),
    SAE(Kind.WHITE_BOX, 0),
    LENS(Kind.WHITE_BOX, 0),
    ORACLE(Kind.WHITE_BOX, 0),
    SCAFFOLDED_PREFILL(Kind.SCAFFOLDED, 128),
    SCAFFOLDED_USER(Kind.SCAFFOLDED, 128),
    SCAFFOLDED_COMPLETION(Kind.SCAFFOLDED, 128),
    LOG_RATIO(Kind.OWN, 128),
    DIFF(Kind.OWN, 0);

    /** What a configuration needs. */
    public enum Kind {
        BLACK_BOX,
        /** The target runs on this machine. */
        WHITE_BOX,
        /** Scenarios come from a generator, a model or a grammar. */
        SCAFFOLDED,
        /** Not in AuditBench: needs a reference twin and the target on this machine. */
        OWN
    }

    private final Kind kind;
    private final int tokensPerOutput;

    Configuration(Kind kind, int tokensPerOutput) {
        this.kind = kind;
        this.tokensPerOutput = tokensPerOutput;
    }

    public Kind kind() {
        return kind;
    }

    /** The name in commands and tables, in kebab-case. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the outputs of the tool are what users say. */
    public boolean showsUsers() {
        return this == USER || this == SCAFFOLDED_USER;
    }

    /** How many fixed outputs this part of a budget pays for, at most 50; those that the target need not write are free. */
    public int outputsFor(int tokens) {
        int most = 50;
        return tokensPerOutput == 0 ? most : Math.clamp(tokens / tokensPerOutput, 1, most);
    }

    /** {@link ToolException} if there is none of that name. */
    public static Configuration of(String slug) {
        return Arrays.stream(values())
                .filter(c -> c.slug().equals(slug))
                .findFirst()
                .orElseThrow(() -> new ToolException("there is no tool " + slug + "; there are "
                        + Arrays.stream(values()).map(Configuration::slug).collect(Collectors.joining(", "))));
    }
}
