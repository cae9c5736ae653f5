package dev.assay.lm;

import dev.assay.lm.Completion.Ending;
import dev.assay.lm.Step.Row;
import dev.assay.tensor.Device;
import dev.assay.tensor.PanelKernels;
import dev.assay.tensor.Parallel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Continues many texts at once, in one batch that changes from step to step: a text joins when there is memory for it, its
 * prompt is read in pieces between the others' tokens, and it leaves when it has ended. Texts that begin alike, under the
 * same adapters, share the keys and values of what they have in common.
 *
 * <p>What a text gets depends on no other text: each draws from a random stream of its own, and a row's numbers are the
 * same in any batch and with any number of threads. On a GPU the numbers are the same but for rounding.
 *
 * <p>Requests may be handed in by any thread; one thread of the engine's own does the work, with helpers.
 */
public final class Engine implements AutoCloseable {
    /** Sets of adapters that are kept ready. */
    private static final int ADAPTERS = 64;

    private final LanguageModel model;
    private final Settings settings;
    private final Parallel team;
    private final Decoder decoder;
    private final KvPool pool;
    private final int[] stopTokens;
    private final Map<List<Lora>, Sides> sides = new LinkedHashMap<>(16, 0.75f, true) { // guarded by itself
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<List<Lora>, Sides> eldest) {
                    return size() > ADAPTERS; // texts under it keep it
                }
            };
    private final List<Text> running = new ArrayList<>();
    private final ArrayDeque<Text> waiting = new ArrayDeque<>(); // guarded by itself
    private final Thread thread;
    private final AtomicLong computed = new AtomicLong();
    private boolean closed; // guarded by waiting

    /**
     * @param arithmetic how weights are multiplied with on the processor; if none, as the model says
     * @param texts most texts in the batch
     * @param rows most positions in one step, of prompts and of texts that are being written
     * @param waiting most requests that wait for their turn: {@link #submit} waits before it takes more
     * @param memory most bytes of keys and values; 0 for a quarter of Java's memory, or on GPUs half of what is free there
     */
    public record Settings(
            Optional<Arithmetic> arithmetic, int threads, int texts, int rows, int waiting, long memory) {
        public Settings {
            if (threads < 1 || texts < 1 || rows < 1 || waiting < 1)
                throw new IllegalArgumentException("threads, texts, rows and waiting must be at least 1");
        }

        /** All processors, 256 texts, and the standard memory for keys and values. */
        public static Settings standard() {
            return new Settings(Optional.empty(), Device.processors(), 256, 256, 4096, 0);
        }

        public Settings withThreads(int number) {
            return new Settings(arithmetic, number, texts, rows, waiting, memory);
        }

        /** So many texts side by side, and at least as many rows again for the prompts of those that come next. */
        public Settings withTexts(int number) {
            return new Settings(arithmetic, threads, number, Math.max(rows, 2 * number), waiting, memory);
        }

        public Settings withArithmetic(Arithmetic wanted) {
            return new Settings(Optional.of(wanted), threads, texts, rows, waiting, memory);
        }

        public Settings withRows(int number) {
            return new Settings(arithmetic, threads, texts, number, waiting, memory);
        }

        public Settings withMemory(long bytes) {
            return new Settings(arithmetic, threads, texts, rows, waiting, bytes);
        }
    }

    /** A request on its way. */
    public static final class Ticket {
        private final Sequence sequence;
        private final CompletableFuture<Completion> result;

        private Ticket(Sequence sequence, CompletableFuture<Completion> result) {
            this.sequence = sequence;
            this.result = result;
        }

        /** What comes of it. */
        public CompletableFuture<Completion> result() {
            return result;
        }

        /** Ends the text where it stands. */
        public void cancel() {
            sequence.cancel();
        }
    }

    /** A request: the sequence that draws its tokens, then those that read along under other adapters. */
    private record Text(List<Sequence> all, CompletableFuture<Completion> result) {
        Sequence sequence() {
            return all.getFirst();
        }

        List<Sequence> followers() {
            return all.subList(1, all.size());
        }
    }

    public Engine(LanguageModel model) {
        this(model, Settings.standard());
    }

    public Engine(LanguageModel model, Settings settings) {
        this(model, settings, team -> Decoder.of(model, settings.arithmetic(), team));
    }

    Engine(LanguageModel model, Settings settings, Function<Parallel, Decoder> decoder) {
        this.model = model;
        this.settings = settings;
        this.team = new Parallel(settings.threads());
        this.decoder = decoder.apply(team);
        this.pool = this.decoder.pool(settings.memory());
        this.stopTokens = model.stopTokens();
        this.thread = Thread.ofPlatform().daemon().name("assay-engine").start(this::run);
    }

    public LanguageModel model() {
        return model;
    }

    /** Bytes of the keys and values of one block of positions. */
    long blockBytes() {
        return pool.blockBytes();
    }

    /** Bytes that keys and values take, those included that are kept in case a beginning comes again. */
    public long memory() {
        return pool.bytes();
    }

    /** Positions that went through the blocks so far: less than all texts have where they share their beginnings. */
    public long computed() {
        return computed.get();
    }

    /**
     * Hands in a request.
     *
     * @param listener hears the tokens of the continuation as they come, on the engine's thread
     * @throws PromptException if the request does not fit into the model's context or the engine's memory, or a
     *     token of it is not the model's; adapters and sites of another model are errors too
     */
    public Ticket submit(Request request, IntConsumer listener) {
        check(request);
        Sequence sequence = new Sequence(request, sides(request.adapters()), model, listener);
        List<Sequence> all = new ArrayList<>(List.of(sequence));
        for (List<Lora> adapters : request.beside()) all.add(new Sequence(sequence, sides(adapters)));
        var text = new Text(all, new CompletableFuture<>());
        synchronized (waiting) {
            while (waiting.size() >= settings.waiting() && !closed) await();
            if (closed) throw new IllegalStateException("the engine is closed");
            waiting.add(text);
            waiting.notifyAll();
        }
        return new Ticket(sequence, text.result);
    }

    public Ticket submit(Request request) {
        return submit(request, token -> {});
    }

    private void await() {
        try {
            waiting.wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the engine", e);
        }
    }

    /** {@link PromptException} if this engine cannot take the request. */
    void check(Request r) {
        int longest = model.config().context();
        if (r.prompt().length + r.sampling().maxTokens() > longest)
            throw new PromptException("a prompt of " + r.prompt().length + " tokens and "
                    + r.sampling().maxTokens() + " new ones do not fit into the model's context of " + longest);
        for (int id : r.prompt()) model.checkId(id);
        for (int id : r.forced()) model.checkId(id);
        r.hook().ifPresent(hook -> {
            if (hook.sites().isEmpty()) throw new SiteException("the hook has no site: it would see nothing");
            for (Site site : hook.sites()) {
                Site.matching(site.toString(), model.config());
                if (site.kind() == Site.Kind.ATTN_PATTERN)
                    throw new SiteException(site + " is not seen while texts are written;"
                            + " read it in a single pass (LanguageModel.activations)");
            }
        });
        long blocks = (long) blocks(r.prompt().length + r.sampling().maxTokens())
                * (1 + r.beside().size());
        if (blocks > pool.ceiling())
            throw new PromptException("the keys and values of " + r.prompt().length + " tokens and "
                    + r.sampling().maxTokens() + " new ones take "
                    + blocks * pool.blockBytes() / (1 << 20) + " MiB, the engine may use "
                    + pool.ceiling() * pool.blockBytes() / (1 << 20) + "; give it more memory or shorten the text");
    }

    private int blocks(int positions) {
        return Math.ceilDiv(positions, decoder.blockSize());
    }

    private Sides sides(List<Lora> adapters) {
        synchronized (sides) {
            return sides.computeIfAbsent(adapters, a -> {
                return decoder.sides(a.isEmpty() ? model : model.attach(a));
            });
        }
    }

    // --- the engine's thread

    private void run() {
        Device.threads(1); // of LibTorch, for each thread of the team
        while (true) {
            try {
                if (!admit()) break;
                step();
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
        fail(new IllegalStateException("the engine was closed"));
        synchronized (sides) {
            // what adapters computed is theirs, and a later engine packs its adapters anew
            if (!sides.values().stream().allMatch(Sides::isEmpty)) pool.forget();
            decoder.keep(pool);
            sides.values().forEach(Sides::close);
            sides.clear();
        }
        decoder.close();
        team.close();
    }

    private void fail(Throwable e) {
        if (!running.isEmpty()) pool.forget(); // what was to be computed is not
        for (Text text : running) {
            release(text);
            text.result.completeExceptionally(e);
        }
        running.clear();
        synchronized (waiting) {
            if (!closed) return;
            waiting.forEach(text -> text.result.completeExceptionally(e));
            waiting.clear();
        }
    }

    /** Takes waiting requests in as far as there is room; waits if there is nothing to do. False when closed. */
    private boolean admit() {
        dropCancelled();
        while (true) {
            Text next;
            boolean wanted;
            synchronized (waiting) {
                while (waiting.isEmpty() && running.isEmpty() && !closed) await();
                if (closed) return false;
                if (waiting.isEmpty() || running.size() >= settings.texts()) return true;
                next = waiting.element();
                wanted = !next.sequence().cancelled();
                try {
                    if (wanted && !place(next)) return true;
                } catch (RuntimeException e) { // a device has less memory than when the engine began
                    next.result.completeExceptionally(e);
                    wanted = false;
                }
                waiting.remove();
                waiting.notifyAll();
            }
            if (wanted) {
                running.add(next);
                next.sequence().begin();
            } else {
                complete(next);
            }
        }
    }

    /** Lets go of requests that were cancelled while they waited, wherever they stand. */
    private void dropCancelled() {
        List<Text> dropped;
        synchronized (waiting) {
            dropped = waiting.stream().filter(t -> t.sequence().cancelled()).toList();
            if (dropped.isEmpty()) return;
            waiting.removeAll(dropped);
            waiting.notifyAll();
        }
        dropped.forEach(this::complete);
    }

    /** Gives a text its memory, for all that it can come to be: once begun, it is never put off. */
    private boolean place(Text text) {
        int needed = text.all.stream().mapToInt(s -> blocks(s.longest())).sum();
        if (needed > pool.available()) return false; // shared blocks not counted: they may be in use or not
        pool.prepare(needed);
        for (Sequence s : text.all) place(s);
        return true;
    }

    private void place(Sequence s) {
        int size = decoder.blockSize();
        var blocks = new KvBlock[blocks(s.longest())];
        int[] prompt = s.prompt();
        int whole = s.request().hook().isPresent() && !s.follows() ? 0 : (prompt.length - 1) / size;
        Object before = s.sides();
        int shared = 0;
        boolean finding = true; // until a block is met that nobody has
        for (int b = 0; b < blocks.length; b++) {
            if (b >= whole) {
                blocks[b] = pool.take();
                continue;
            }
            var beginning = new KvPool.Beginning(before, Arrays.copyOfRange(prompt, b * size, (b + 1) * size));
            Optional<KvBlock> found = finding ? pool.find(beginning) : Optional.empty();
            finding = found.isPresent();
            if (finding) shared++;
            blocks[b] = found.orElseGet(() -> pool.publish(beginning));
            before = pool.name(blocks[b]);
        }
        s.place(blocks, shared * size);
    }

    private void release(Text text) {
        for (Sequence s : text.all) for (KvBlock block : s.blocks()) pool.release(block);
    }

    private void step() {
        List<Row> rows = rows();
        if (!rows.isEmpty()) {
            computed.addAndGet(rows.size());
            var step = new Step(rows);
            draw(step, decoder.forward(step));
        }
        finish();
    }

    /** The texts that are being written go first, then prompts in the order of their coming, as far as rows are left. */
    private List<Row> rows() {
        var rows = new ArrayList<Row>();
        for (boolean reading : new boolean[] {false, true}) {
            for (Text text : running) {
                for (Sequence s : text.all) {
                    int left = settings.rows() - rows.size();
                    if (left <= 0) return rows;
                    if (s.reading() == reading) rows.addAll(s.rows(left));
                }
            }
        }
        return rows;
    }

    /** Draws the next tokens, and notes the probabilities of those that are known. */
    private void draw(Step step, float[] logits) {
        int vocab = model.config().vocab();
        List<Row> wanted = step.rows().stream().filter(Row::wantsLogits).toList();
        var choices = new Choice[wanted.size()];
        team.each(choices.length, i -> choices[i] = choose(wanted.get(i), logits, i * vocab, vocab));
        for (int i = 0; i < choices.length; i++)
            if (choices[i].token != NO_TOKEN) wanted.get(i).sequence().draw(choices[i].token, stopTokens);
        for (int i = 0; i < choices.length; i++) score(wanted.get(i), logits, i * vocab, choices[i].logSumExp);
    }

    /** A token, drawn or not needed, and log Σ exp of the row. */
    private record Choice(int token, double logSumExp) {}

    private static final int NO_TOKEN = -1;

    private Choice choose(Row row, float[] logits, int at, int vocab) {
        PanelKernels kernels = PanelKernels.best();
        Sequence s = row.sequence();
        Sampling sampling = s.request().sampling();
        double plain = s.request().scored() ? kernels.logSumExp(logits, at, vocab, 1) : 0;
        if (s.follows() || s.ended() || s.knows(row.position() + 1)) return new Choice(NO_TOKEN, plain);
        double temperature = sampling.temperature();
        double scaled = temperature == 0 || (temperature == 1 && s.request().scored())
                ? plain
                : kernels.logSumExp(logits, at, vocab, (float) (1 / temperature));
        int token = Sampler.draw(logits, at, vocab, scaled, sampling, temperature == 0 ? 0 : s.uniform());
        return new Choice(token, plain);
    }

    private void score(Row row, float[] logits, int at, double logSumExp) {
        Sequence s = row.sequence();
        int next = row.position() + 1;
        if (s.request().scored() && s.knows(next)) s.score(next, logits[at + s.token(next)] - logSumExp);
    }

    /** Lets go of the texts that have ended and have all their scores. */
    private void finish() {
        for (Text text : List.copyOf(running)) {
            Sequence s = text.sequence();
            // one whose prompt others build on reads it to its end first
            if (s.cancelled() && text.all.stream().noneMatch(Sequence::reading)) s.end(Ending.CANCELLED);
            if (!s.ended() || text.all.stream().anyMatch(f -> f.open() > 0)) continue;
            running.remove(text);
            text.all.forEach(this::publish);
            release(text);
            complete(text);
        }
    }

    /** Lets what a text has come to be found, so that the next turn of a talk need not read it again. */
    private void publish(Sequence s) {
        if (s.request().hook().isPresent() && !s.follows()) return;
        int size = decoder.blockSize();
        Object before = s.sides();
        for (int b = 0; (b + 1) * size <= s.computed(); b++)
            before = pool.publish(s.blocks()[b], new KvPool.Beginning(before, s.tokens(b * size, (b + 1) * size)));
    }

    private void complete(Text text) {
        List<float[]> beside =
                text.followers().stream().map(Sequence::logProbabilities).toList();
        text.result.complete(text.sequence().completion(model, beside));
    }

    /** Ends the work; requests on their way fail. */
    @Override
    public void close() {
        synchronized (waiting) {
            closed = true;
            waiting.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
