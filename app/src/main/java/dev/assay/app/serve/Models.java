package dev.assay.app.serve;

import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models of a server by their ids, and an engine for each base. */
final class Models implements AutoCloseable {
    private final Map<LanguageModel, Desk> desks = new IdentityHashMap<>();
    private final Map<String, Model> byId = new LinkedHashMap<>();

    Models(List<Hosted> hosted, Settings settings) {
        long bases = hosted.stream().map(Hosted::base).distinct().count();
        Engine.Settings each = settings.engine().withMemory(settings.engine().memory() / Math.max(1, bases));
        try {
            hosted.forEach(one -> add(one, each, settings.queue()));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void add(Hosted one, Engine.Settings engine, int queue) {
        Desk desk = desks.computeIfAbsent(one.base(), base -> new Desk(base, engine, queue));
        if (byId.put(one.id(), Model.of(one, desk)) != null)
            throw new IllegalArgumentException("two models are called " + one.id());
    }

    Collection<Model> all() {
        return byId.values();
    }

    /** The model that a request names. */
    Model of(Fields body) {
        return of(body.text("model"));
    }

    Model of(String id) {
        return Optional.ofNullable(byId.get(id)).orElseThrow(() -> Refusal.noModel(id));
    }

    /** Texts on their way in all engines. */
    int taken() {
        return desks.values().stream().mapToInt(Desk::taken).sum();
    }

    @Override
    public void close() {
        desks.values().forEach(Desk::close);
    }
}
