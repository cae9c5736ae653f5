package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * How a role is asked, whoever plays it.
 *
 * <pre>{@code
 * Chat judge = roles.chat("judge", memo);
 * Answer answer = judge.ask(ChatRequest.reply(List.of(Turn.user("Is this flattery?")), judge.sampling()), random);
 * Verdict verdict = judge.json(request, Verdict.class, random);
 * }</pre>
 *
 * <p>Every answer is remembered under the provider, the model, the request and the seed of its random stream: what was
 * answered once, in this run or an earlier one with the same memo, is not asked again. All methods throw
 * {@link ChatException}; what was answered before stays. Thread-safe.
 */
public final class Chat {
    private final Provider provider;
    private final Desk desk;
    private final Memo memo;

    Chat(Provider provider, Desk desk, Memo memo) {
        this.provider = provider;
        this.desk = desk;
        this.memo = memo;
    }

    /** Hears how far many calls have come. */
    @FunctionalInterface
    public interface Progress {
        Progress NONE = (what, done, of) -> {};

        void at(String what, int done, int of);
    }

    public Role role() {
        return desk.role();
    }

    /** How the role's answers are sampled where nothing else is wanted. */
    public Sampling sampling() {
        return desk.role().sampling();
    }

    /** What answers, in words for people. */
    public String model() {
        return provider.name();
    }

    /** What it can be asked for. */
    public Set<Feature> can() {
        return provider.can();
    }

    public Totals totals() {
        return desk.budget().totals();
    }

    /** A request for the assistant's next message, sampled as the role is. */
    public ChatRequest reply(List<Turn> turns) {
        return ChatRequest.reply(turns, sampling());
    }

    /**
     * Counts towards the role's limits what was paid for it in an earlier process, of which this one has no answers.
     *
     * @param what a name for it: the same is counted once
     */
    public void paidBefore(String what, Usage used) {
        desk.budget().remembered(what, used);
    }

    /** {@link ChatException.Unsupported} if the model can't do what a request needs; nothing is sent. */
    public void check(ChatRequest request) {
        Optional<Feature> missing = request.needs().stream()
                .filter(feature -> !provider.can().contains(feature))
                .findFirst();
        if (missing.isPresent())
            throw new ChatException.Unsupported(
                    desk.role().name(),
                    provider.name(),
                    missing.get(),
                    Capabilities.shipped().providersWith(missing.get()));
    }

    /** Asks once; the answer is drawn from this stream. */
    public Answer ask(ChatRequest request, SplitRandom random) {
        check(request);
        return once(request, random.seed(), () -> false);
    }

    private Answer once(ChatRequest request, long seed, BooleanSupplier stopped) {
        return desk.once(memo, key(request, seed), Answer.class, Ask.most(request), () -> {
            if (stopped.getAsBoolean()) throw new CancellationException("a call before this one failed");
            return provider.answer(request, seed);
        });
    }

    private String key(ChatRequest request, long seed) {
        return Memo.key("chat", provider.id(), request.canonical(), seed);
    }

    /**
     * Asks many things side by side.
     *
     * @param what is asked, in a few words, for the progress
     * @param random of which answer {@code i} is drawn from child {@code i}
     * @return the answers in the order of the requests
     */
    public List<Answer> askAll(String what, List<ChatRequest> requests, SplitRandom random, Progress progress) {
        return askAll(
                what,
                requests,
                IntStream.range(0, requests.size()).mapToObj(random::split).toList(),
                progress);
    }

    /** The same with a stream for each request. */
    public List<Answer> askAll(String what, List<ChatRequest> requests, List<SplitRandom> streams, Progress progress) {
        requests.forEach(this::check);
        List<Long> seeds = streams.stream().map(SplitRandom::seed).toList();
        List<String> keys = IntStream.range(0, requests.size())
                .mapToObj(i -> key(requests.get(i), seeds.get(i)))
                .toList();
        for (String key : keys)
            memo.find(key, Answer.class).ifPresent(a -> desk.budget().remembered(key, a.usage()));
        return memo.computeAll(keys, Answer.class, (missing, done) -> {
            AtomicInteger finished = new AtomicInteger(requests.size() - missing.size());
            progress.at(what, finished.get(), requests.size());
            sideBySide(missing, done, (i, stopped) -> {
                Answer answer = once(requests.get(i), seeds.get(i), stopped);
                synchronized (progress) {
                    progress.at(what, finished.incrementAndGet(), requests.size());
                }
                return answer;
            });
        });
    }

    /**
     * Asks for many records side by side; answers that do not fit are shown to the model with what is wrong, once.
     *
     * @return empty where the second answer does not fit either
     * @throws ChatException.Malformed if that is so for more than a fourth of them
     */
    public <T extends Record> List<Optional<T>> jsonAll(
            String what, List<ChatRequest> requests, Class<T> type, SplitRandom random, Progress progress) {
        return new JsonAnswers(this, JsonSchema.of(type))
                .askAll(what, requests, random, progress).stream()
                        .map(tree -> tree.map(t -> JsonRecords.read(t, type)))
                        .toList();
    }

    /** One of many calls, which is not to be sent any more once it is stopped. */
    private interface Call {
        Answer make(int item, BooleanSupplier stopped);
    }

    /** As many workers as calls may run; after the first failure none begins another call. */
    private void sideBySide(List<Integer> items, BiConsumer<Integer, Answer> done, Call call) {
        AtomicInteger next = new AtomicInteger();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> workers = new ArrayList<>();
        for (int w = 0; w < Math.min(items.size(), desk.role().concurrency()); w++)
            workers.add(Thread.ofVirtual()
                    .name("assay-" + desk.role().name() + "-" + w)
                    .start(() -> {
                        try {
                            for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
                                if (!failures.isEmpty()) return;
                                done.accept(items.get(i), call.make(items.get(i), () -> !failures.isEmpty()));
                            }
                        } catch (RuntimeException | Error e) {
                            failures.add(e);
                        }
                    }));
        join(workers);
        Throwable first = failures.peek();
        if (first instanceof RuntimeException e) throw e;
        if (first instanceof Error e) throw e;
    }

    private void join(List<Thread> workers) {
        try {
            for (Thread worker : workers) worker.join();
        } catch (InterruptedException e) {
            workers.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new ChatException.Unreachable("role " + desk.role().name() + ": interrupted");
        }
    }

    /**
     * Asks for a record. The model is told its schema; an answer that does not fit is shown to it with what is wrong,
     * once.
     *
     * @throws ChatException.Malformed with the raw text if the second answer does not fit either
     */
    public <T extends Record> T json(ChatRequest request, Class<T> type, SplitRandom random) {
        return JsonRecords.read(json(request, JsonSchema.of(type), random), type);
    }

    /** The same for a schema. */
    public JsonNode json(ChatRequest request, JsonSchema schema, SplitRandom random) {
        return new JsonAnswers(this, schema).ask(request, random);
    }
}
