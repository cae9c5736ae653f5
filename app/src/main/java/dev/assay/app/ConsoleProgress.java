package dev.assay.app;

import dev.assay.organism.Progress;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Progress on stderr: one line that is rewritten on a terminal, a line every few seconds elsewhere. */
final class ConsoleProgress implements Progress, AutoCloseable {
    private static final int WIDTH = 110;
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private final Map<String, String> running = new LinkedHashMap<>();
    private long shown = Long.MIN_VALUE / 2;

    ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static ConsoleProgress onStderr() {
        return new ConsoleProgress(
                System.err, System.console() != null && System.console().isTerminal());
    }

    @Override
    public void at(String what, int done, int of) {
        at(what, done, of, "");
    }

    /** The same with a word on how it goes. */
    synchronized void at(String what, int done, int of, String note) {
        boolean first = !running.containsKey(what);
        running.put(what, what + " " + done + "/" + of + note);
        long now = System.nanoTime();
        boolean due = now - shown > (terminal ? TERMINAL_NANOS : LOG_NANOS);
        if (first || due || done == of) show(now);
        if (done == of) running.remove(what);
    }

    /** A line of its own. */
    synchronized void say(String line) {
        if (terminal) out.print("\r" + " ".repeat(WIDTH) + "\r");
        out.println(elapsed() + " " + line);
    }

    private void show(long now) {
        shown = now;
        String line = elapsed() + " " + running.values().stream().collect(Collectors.joining(" · "));
        if (line.length() > WIDTH) line = line.substring(0, WIDTH - 1) + "…";
        if (terminal) out.print("\r" + line + " ".repeat(WIDTH - line.length()));
        else out.println(line);
        out.flush();
    }

    int seconds() {
        return (int) ((System.nanoTime() - start) / 1_000_000_000L);
    }

    private String elapsed() {
        return String.format(Locale.ROOT, "[%d:%02d]", seconds() / 60, seconds() % 60);
    }

    @Override
    public synchronized void close() {
        if (terminal) out.print("\r" + " ".repeat(WIDTH) + "\r");
    }
}
