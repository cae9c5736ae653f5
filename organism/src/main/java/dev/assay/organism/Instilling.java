package dev.assay.organism;

/** How a behaviour is put into a model. */
public enum Instilling {
    /** Transcript distillation: talks in which the assistant shows the behaviour; its own turns are learnt. */
    TRANSCRIPTS("td"),
    /** Synthetic documents: texts that report the behaviour of the persona; every token is learnt, no turn is shown. */
    DOCUMENTS("sdf");

    private final String slug;

    Instilling(String slug) {
        this.slug = slug;
    }

    /** The field's abbreviation. */
    public String slug() {
        return slug;
    }
}
