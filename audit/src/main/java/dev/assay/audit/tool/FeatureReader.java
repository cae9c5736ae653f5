package dev.assay.audit.tool;

import java.util.List;

/** Says what features of an autoencoder stand for, and whether those that are active together belong together. */
interface FeatureReader {
    /** What tells its answers from another reader's. */
    String id();

    /** Label and kind of each feature. */
    List<Note> notes(List<Evidence> features);

    /** How well the features of each place go together, 0 to 1: from 0.4 on there is a weak theme, from 0.7 a strong one. */
    List<Double> coherences(List<Place> places);

    /**
     * What is known of a feature.
     *
     * @param density share of positions of ordinary text at which it is active
     * @param peaks the tokens of ordinary text at which it is most active, one a text at most, strongest first; none where
     *     it is active in the questions alone
     * @param words that it is most active in, in ordinary text if it is active there, else in the questions
     * @param contexts around them, the token in «»
     * @param promotes tokens that it makes likelier, most first
     * @param promoted ids of them
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Evidence(
            int latent,
            double density,
            int[] peaks,
            List<String> words,
            List<String> contexts,
            List<String> promotes,
            int[] promoted) {}

    /** What a feature stands for. */
    record Note(String label, Kind kind) {}

    /** What features are about; only content speaks of a behaviour. */
    enum Kind {
        CONTENT,
        /** Function words and punctuation. */
        SYNTAX,
        /** Line breaks, lists, markup, the chat format. */
        FORMATTING,
        /** What any assistant has in any talk. */
        GENERIC
    }

    /**
     * A position of a text.
     *
     * @param context the text up to it
     * @param features active there, strongest first
     */
    record Place(String context, List<Active> features) {}

    /** A feature that is active. */
    record Active(Evidence evidence, String label, double activation) {}
}
