package dev.assay.audit.tool;

import java.util.Locale;

/** The configurations that are shipped: the thirteen of AuditBench, and two of our own. */
public enum StandardTool implements Configuration {
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

    private final Kind kind;
    private final int tokensPerOutput;

    StandardTool(Kind kind, int tokensPerOutput) {
        this.kind = kind;
        this.tokensPerOutput = tokensPerOutput;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public int tokensPerOutput() {
        return tokensPerOutput;
    }

    @Override
    public boolean showsUsers() {
        return this == USER || this == SCAFFOLDED_USER;
    }

    @Override
    public boolean besideTalks() {
        return switch (this) {
            case CHAT, PREFILL, HONESTY_STEERING, PREFILL_STEERING -> false;
            default -> true;
        };
    }
}
