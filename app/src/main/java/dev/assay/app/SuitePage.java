package dev.assay.app;

import dev.assay.journal.AtomicFile;
import dev.assay.report.Attachment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A suite's report as a file that carries its runs: what is written in it can be computed again, and the runs taken out. */
@SuppressWarnings("ArrayRecordComponent")
record SuitePage(Path file, String html, byte[] data) {
    /** Of the data in the page. */
    static final String ID = "assay-runs";

    static final String TYPE = "application/zip";
    private static final String BEGIN = "<!DOCTYPE html>";
    private static final Pattern HEADING = Pattern.compile("<h2 id=\"[^\"]*\" dir=\"auto\">([^<]*)</h2>");
    private static final int SHOWN = 60;

    /**
     * The first place where a page is other than what its runs give.
     *
     * @param page what it says
     * @param runs what they give
     */
    record Difference(String section, String page, String runs) {}

    /** Writes the report of a folder's copy. */
    static void write(SuiteCopy copy, Path file) {
        String html = new SuiteReport(copy.result()).html(copy.zip());
        AtomicFile.write(file, html.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a file begins as such a page does. */
    static boolean is(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(BEGIN.length()), BEGIN.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    /** {@link UserException} if it carries no runs or they do not fit their hash. */
    static SuitePage read(Path file) {
        try {
            if (!is(file)) throw new UserException(file + " is no page of assay audit suite report --html");
            String html = Files.readString(file);
            return new SuitePage(file, html, Attachment.read(html, ID));
        } catch (IOException e) {
            throw new UserException(file + " can't be read as text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw damaged(file, e);
        }
    }

    /** Its runs, whose own check sums hold. {@link UserException} if they are damaged. */
    SuiteCopy copy() {
        SuiteCopy copy;
        try {
            copy = SuiteCopy.of(data);
        } catch (IllegalArgumentException e) {
            throw damaged(file, e);
        }
        try {
            int format = SuiteCopy.About.read(copy.folder()).format();
            if (format > SuiteCopy.About.FORMAT)
                throw new UserException(file + " has format " + format + ", and this program knows formats up to "
                        + SuiteCopy.About.FORMAT + ": use a later version of the program");
            copy.result();
            return copy;
        } catch (UserException e) {
            copy.close();
            throw e;
        } catch (RuntimeException e) { // others wrote it: anything may be missing
            copy.close();
            throw damaged(file, e, copy.folder());
        }
    }

    /** Where the page first says something else than what its runs give; empty where it says the same to the last byte. */
    Optional<Difference> difference(SuiteCopy copy) {
        String computed = new SuiteReport(copy.result()).html(data);
        if (computed.equals(html)) return Optional.empty();
        int at = Arrays.mismatch(html.toCharArray(), computed.toCharArray());
        return Optional.of(new Difference(section(computed, at), around(html, at), around(computed, at)));
    }

    private static String section(String html, int at) {
        Matcher heading = HEADING.matcher(html);
        String last = "its head";
        while (heading.find() && heading.start() <= at) last = heading.group(1);
        return at >= html.indexOf("</main>") ? "its end" : last;
    }

    /** The text around a place, between two marks. */
    private static String around(String html, int at) {
        int from = at;
        while (from > 0 && at - from < SHOWN && html.charAt(from - 1) != '>' && html.charAt(from - 1) != '<') from--;
        int to = at;
        while (to < html.length() && to - at < SHOWN && html.charAt(to) != '<' && html.charAt(to) != '>') to++;
        return html.substring(from, to).strip();
    }

    private static UserException damaged(Path file, RuntimeException e) {
        return new UserException(file + " can't be believed: " + e.getMessage() + ". Have the page sent again", e);
    }

    /** The journal names a temporary file, and what can be done about one of a user's. */
    private static UserException damaged(Path file, RuntimeException e, Path copy) {
        String first = String.valueOf(e.getMessage()).split("\\. |\n", 2)[0];
        return new UserException(
                file + " can't be believed: of its data, " + first.replace(copy + "/", "")
                        + ". Have the page sent again",
                e);
    }
}
