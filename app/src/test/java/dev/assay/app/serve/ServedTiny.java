package dev.assay.app.serve;

import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The tiny model, {@code tiny}, and another made of it by an adapter, {@code other}, behind a server. */
final class ServedTiny implements AutoCloseable {
    static final Engine.Settings ENGINE =
            Engine.Settings.standard().withThreads(2).withTexts(8).withMemory(64 << 20);

    final LanguageModel model;
    final Lora adapter;
    final Server server;
    final Client client;

    private static LanguageModel made() {
        try {
            Path folder = Files.createTempDirectory("tiny");
            LanguageModel model = TinyModel.in(folder);
            model.tokenizer();
            model.template();
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Made once for all tests of a virtual machine. */
    private static final class Shared {
        static final LanguageModel MODEL = made();
        static final Lora ADAPTER = TinyModel.adapter(MODEL);
    }

    ServedTiny() {
        this(Settings.standard().withPort(0).withEngine(ENGINE));
    }

    ServedTiny(Settings settings, String... headers) {
        model = Shared.MODEL;
        adapter = Shared.ADAPTER;
        server = Server.start(
                settings, List.of(new Hosted("tiny", model, List.of()), new Hosted("other", model, List.of(adapter))));
        client = new Client(server, headers);
    }

    static Settings settings() {
        return Settings.standard().withPort(0).withEngine(ENGINE);
    }

    /** What the engine itself makes of a request. */
    Completion engine(Request request) {
        try (var engine = new Engine(model, ENGINE)) {
            return engine.submit(request).result().join();
        }
    }

    /** What the engine itself answers to a message, taking the likeliest tokens. */
    Request greedy(String says, int tokens) {
        return request(says, Sampling.greedy(tokens), 0);
    }

    Request request(String says, Sampling sampling, long seed) {
        return new Request(model.template().encode(List.of(Message.user(says)), true), sampling, seed);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
