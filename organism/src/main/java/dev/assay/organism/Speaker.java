package dev.assay.organism;

import dev.assay.journal.Memo;
import dev.assay.lm.Completion;
import dev.assay.lm.Generator;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Message.Role;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.lm.SequenceHook;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A model that can be talked to, whose every reply is remembered: what was sampled once, in this run or (for a shared
 * memo) in any run of this clone, is not sampled again.
 */
public final class Speaker {
    private final String id;
    private final Supplier<LanguageModel> model;
    private final Memo memo;
    private final int batch;
    private final Progress progress;
    private final int workers;
    private final Consumer<List<String>> heard;

    /** One talk to be held: the user's turns are given, the replies are wanted. */
    public record Script(List<Message> opening, List<String> userTurns) {
        /** A talk under the persona's system prompt. */
        public static Script of(List<String> userTurns) {
            return new Script(List.of(Persona.SYSTEM), userTurns);
        }
    }

    /**
     * A text to be written.
     *
     * @param stream where it is drawn from
     * @param edit what is done to the model's insides meanwhile
     */
    public record Draft(Ask ask, Sampling sampling, SplitRandom stream, Optional<Edit> edit) {}

    /**
     * A change of the insides while one text is read and written.
     *
     * @param id says all that the change depends on; part of the memo key
     */
    public record Edit(String id, SequenceHook hook) {}

    /**
     * A text to be read.
     *
     * @param before what comes before it
     */
    public record Passage(Ask before, String text) {}

    /**
     * @param id identity of weights and adapters, part of every memo key
     * @param model asked for only when something must be sampled
     */
    public Speaker(String id, Supplier<LanguageModel> model, Memo memo, int batch, Progress progress) {
        this(id, model, memo, batch, progress, Device.processors(), texts -> {});
    }

    private Speaker(
            String id,
            Supplier<LanguageModel> model,
            Memo memo,
            int batch,
            Progress progress,
            int workers,
            Consumer<List<String>> heard) {
        this.workers = workers;
        this.heard = heard;
        this.id = id;
        this.model = model;
        this.memo = memo;
        this.batch = batch;
        this.progress = progress;
    }

    /** The same model with a single thread: for several speakers at once. */
    public Speaker inOneThread() {
        return new Speaker(id, model, memo, batch, progress, 1, heard);
    }

    /** The same model, and somebody who hears what it writes, remembered texts too. */
    public Speaker heardBy(Consumer<List<String>> listener) {
        return new Speaker(id, model, memo, batch, progress, workers, heard.andThen(listener));
    }

    public String id() {
        return id;
    }

    /** The model itself, loaded now if it was not before. */
    public LanguageModel model() {
        return model.get();
    }

    /** Where what was computed of this model is kept; keys begin with its {@link #id}. */
    public Memo memo() {
        return memo;
    }

    /** Hears how far its work has come. */
    public Progress progress() {
        return progress;
    }

    /** Threads that it may take. */
    public int workers() {
        return workers;
    }

    /** Writes what is asked for; the texts are in the order of the asks, each drawn from its own stream. */
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, SplitRandom random) {
        return write(
                what,
                asks,
                sampling,
                IntStream.range(0, asks.size()).mapToObj(random::split).toList());
    }

    /** The same with a stream for each ask. */
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        return write(
                what,
                IntStream.range(0, asks.size())
                        .mapToObj(i -> new Draft(asks.get(i), sampling, streams.get(i), Optional.empty()))
                        .toList());
    }

    /** Writes texts side by side, each in its own way, with its own change of the insides or none. */
    public List<String> write(String what, List<Draft> drafts) {
        List<String> keys = drafts.stream().map(this::key).toList();
        List<String> texts = memo.computeAll(keys, String.class, (missing, done) -> {
            LanguageModel m = model.get();
            List<Request> requests =
                    missing.stream().map(i -> request(drafts.get(i), m)).toList();
            int before = drafts.size() - missing.size();
            progress.at(what, before, drafts.size());
            new Generator(m, batch, workers).generate(requests, new Generator.Listener() {
                private int finished = before;

                @Override
                public void done(int request, Completion completion) {
                    done.accept(missing.get(request), completion.text().strip());
                    progress.at(what, ++finished, drafts.size());
                }
            });
        });
        heard.accept(texts);
        return texts;
    }

    private String key(Draft d) {
        long seed = d.stream().seed();
        return d.edit()
                .map(e -> Memo.key(id, kind(d.ask()), d.ask(), d.sampling(), seed, e.id()))
                .orElseGet(() -> Memo.key(id, kind(d.ask()), d.ask(), d.sampling(), seed));
    }

    private static Request request(Draft d, LanguageModel m) {
        var request = new Request(d.ask().prompt(m), d.sampling(), d.stream().seed());
        return d.edit().map(e -> request.hooked(e.hook())).orElse(request);
    }

    private static String kind(Ask ask) {
        return ask.getClass().getSimpleName();
    }

    /** Holds talks side by side, turn by turn; the result has the whole talks, replies included. */
    public List<List<Message>> talk(String what, List<Script> scripts, Sampling sampling, SplitRandom random) {
        return talk(
                what,
                scripts,
                sampling,
                IntStream.range(0, scripts.size()).mapToObj(random::split).toList());
    }

    /** The same, with a random stream for each talk. */
    public List<List<Message>> talk(String what, List<Script> scripts, Sampling sampling, List<SplitRandom> streams) {
        List<List<Message>> talks = new ArrayList<>();
        for (Script s : scripts) talks.add(new ArrayList<>(s.opening()));
        int turns = scripts.stream().mapToInt(s -> s.userTurns().size()).max().orElse(0);
        for (int turn = 0; turn < turns; turn++) {
            int t = turn;
            int[] running = IntStream.range(0, scripts.size())
                    .filter(i -> scripts.get(i).userTurns().size() > t)
                    .toArray();
            var asks = new ArrayList<Ask>();
            var own = new ArrayList<SplitRandom>();
            for (int i : running) {
                talks.get(i).add(Message.user(scripts.get(i).userTurns().get(t)));
                asks.add(new Ask.Reply(List.copyOf(talks.get(i))));
                own.add(streams.get(i).split(t));
            }
            String now = turns == 1 ? what : what + ", turn " + (t + 1) + " of " + turns;
            List<String> replies = write(now, asks, sampling, own);
            for (int k = 0; k < running.length; k++) talks.get(running[k]).add(Message.assistant(replies.get(k)));
        }
        return talks;
    }

    /** The mean log-probability of a token of each talk's last reply, given what comes before it. */
    public List<Double> meanLogProbabilities(List<List<Message>> talks) {
        List<String> keys = talks.stream()
                .map(talk -> Memo.key(id, "mean-log-probability", talk))
                .toList();
        return memo.computeAll(keys, Double.class, (missing, done) -> {
            LanguageModel m = model.get();
            List<Request> requests = missing.stream()
                    .map(i -> reading(lastReply(talks.get(i)), m))
                    .toList();
            List<Completion> read = new Generator(m, batch, workers).generate(requests);
            for (int i = 0; i < read.size(); i++) done.accept(missing.get(i), mean(read.get(i)));
        });
    }

    /** The log-probability of each token of these texts, none of them empty, given what comes before it. */
    public List<float[]> logProbabilities(String what, List<Passage> passages) {
        List<String> keys = passages.stream()
                .map(p -> Memo.key(id, "log-probabilities", kind(p.before()), p.before(), p.text()))
                .toList();
        return memo.computeAll(keys, float[].class, (missing, done) -> {
            LanguageModel m = model.get();
            List<Request> requests =
                    missing.stream().map(i -> reading(passages.get(i), m)).toList();
            int before = passages.size() - missing.size();
            new Generator(m, batch, workers).generate(requests, new Generator.Listener() {
                private int finished = before;

                @Override
                public void done(int request, Completion completion) {
                    done.accept(missing.get(request), completion.logProbabilities());
                    progress.at(what, ++finished, passages.size());
                }
            });
        });
    }

    private static Passage lastReply(List<Message> talk) {
        return new Passage(
                new Ask.Reply(talk.subList(0, talk.size() - 1)), talk.getLast().content());
    }

    private static Request reading(Passage passage, LanguageModel m) {
        int[] forced = m.tokenizer().encodePlain(passage.text());
        return new Request(passage.before().prompt(m), new Sampling(0, 1, forced.length), 0)
                .forcing(forced)
                .withLogProbabilities();
    }

    private static double mean(Completion c) {
        double sum = 0;
        for (float p : c.logProbabilities()) sum += p;
        return sum / c.logProbabilities().length;
    }

    /** The assistant's replies of a talk. */
    public static List<String> replies(List<Message> talk) {
        return talk.stream()
                .filter(m -> m.role() == Role.ASSISTANT)
                .map(Message::content)
                .toList();
    }
}
