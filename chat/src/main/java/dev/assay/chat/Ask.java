package dev.assay.chat;

/** What providers derive from a request alike. */
final class Ask {
    private Ask() {}

    /** The most tokens that a request can take. */
    static Usage most(ChatRequest request) {
        return new Usage(request.mostInputTokens(), request.sampling().maxTokens());
    }

    /** The seed to draw by, in the 31 bits that all servers take. */
    static int seed(ChatRequest request, long ofSequence) {
        return (int) (request.seed().orElse(ofSequence) & Integer.MAX_VALUE);
    }
}
