package dev.assay.app.view;

import java.util.Map;
import java.util.function.BiConsumer;

/** Looks twice a second whether a journal grew, and every ten seconds whether there are new folders. */
final class Watch implements AutoCloseable {
    private static final long PAUSE = 500;
    private static final int LOOKS = 20;

    private final Shelf shelf;
    private final BiConsumer<String, Map<String, Object>> tell;
    private final Thread thread;
    private volatile boolean open = true;

    /** @param tell of what changed: the name of an event, and its data */
    Watch(Shelf shelf, BiConsumer<String, Map<String, Object>> tell) {
        this.shelf = shelf;
        this.tell = tell;
        this.thread = Thread.ofPlatform().daemon().name("assay-view-watch").unstarted(this::watch);
    }

    void start() {
        thread.start();
    }

    private void watch() {
        try {
            for (int round = 1; open; round++) {
                if (round % LOOKS == 0 && shelf.look()) tell.accept("shelf", Map.of());
                for (AuditFolder f : shelf.audits()) follow(f);
                for (ResearchFolder f : shelf.research()) if (f.grew()) tell.accept("research", Map.of("id", f.id()));
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(AuditFolder folder) {
        while (open && folder.refresh()) {
            AuditFolder.State now = folder.state();
            tell.accept("audits", Map.of("id", folder.id(), "runs", now.byKey().size(), "read", now.read()));
            if (now.read() == 1) return;
        }
    }

    @Override
    public void close() {
        open = false;
        thread.interrupt();
    }
}
