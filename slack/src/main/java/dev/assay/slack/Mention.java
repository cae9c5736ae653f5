package dev.assay.slack;

/**
 * Somebody spoke to the app.
 *
 * @param thread the thread that it was in, or that it begins
 * @param time of the message, which is its name in Slack
 * @param text with the app's name in it
 */
record Mention(String channel, String thread, String time, String user, String text) {

    /** The words without names of people and apps. */
    String words() {
        return text.replaceAll("<@[A-Z0-9]+(\\|[^>]*)?>", " ")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
                .strip();
    }
}
