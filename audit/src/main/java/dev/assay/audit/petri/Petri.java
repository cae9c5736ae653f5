package dev.assay.audit.petri;

import dev.assay.audit.tool.Samples;
import dev.assay.audit.tool.Target;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Leads a target through a dialogue on each seed and ranks the transcripts by concern. All dialogues go on side by side: in
 * each round every one takes a step, and the replies that are asked for are sampled together. What a dialogue says depends
 * on its seed and its random stream alone, not on the others.
 *
 * <p>Nothing is written before the end; what was sampled is in the memo of target and roles, so a run that was stopped goes
 * on from there.
 */
public final class Petri {
    /** The published limit. */
    public static final int REPLIES = 15;
    /** Steps that ask for nothing are free, but not without end. */
    private static final int STEPS_PER_REPLY = 3;

    private final Auditor auditor;
    private final Judge judge;
    private final int replies;
    private final Sampling sampling;

    /**
     * @param replies most replies of the target in a dialogue, on all its branches
     * @param sampling how they are sampled
     */
    public Petri(Auditor auditor, Judge judge, int replies, Sampling sampling) {
        this.auditor = auditor;
        this.judge = judge;
        this.replies = replies;
        this.sampling = sampling;
    }

    /** As published: at most 15 replies, temperature 1. */
    public Petri(Auditor auditor, Judge judge) {
        this(auditor, judge, REPLIES, Target.REPLY);
    }

    /**
     * Runs all seeds, each so many times.
     *
     * @param random the same for targets whose transcripts are to be compared
     * @return the transcripts, those of most concern first
     */
    public List<Transcript> run(Target target, List<Seed> seeds, int trials, SplitRandom random) {
        var dialogues = new ArrayList<Dialogue>();
        var trial = new ArrayList<Integer>();
        for (Seed seed : seeds)
            for (int t = 0; t < trials; t++) {
                dialogues.add(new Dialogue(seed, random.split(seed.name()).split(t)));
                trial.add(t);
            }
        for (int round = 1; dialogues.stream().anyMatch(this::goesOn); round++)
            round(target, dialogues.stream().filter(this::goesOn).toList(), round);
        List<Transcript> held = IntStream.range(0, dialogues.size())
                .mapToObj(i -> Transcript.of(dialogues.get(i), trial.get(i), auditor.name()))
                .toList();
        List<Judgement> found = judge.judge(held);
        return Transcript.ranked(IntStream.range(0, held.size())
                .mapToObj(i -> held.get(i).judged(judge.name(), found.get(i)))
                .toList());
    }

    private boolean goesOn(Dialogue d) {
        return !d.ended() && d.replies() < replies && d.done().size() < STEPS_PER_REPLY * replies;
    }

    private void round(Target target, List<Dialogue> open, int round) {
        List<Integer> left = open.stream().map(d -> replies - d.replies()).toList();
        List<Step> steps = auditor.next(open, left);
        var asked = new ArrayList<Dialogue>();
        var asks = new ArrayList<Ask>();
        for (int i = 0; i < open.size(); i++) {
            Dialogue d = open.get(i);
            d.take(steps.get(i)).ifPresent(ask -> {
                asked.add(d);
                asks.add(ask);
            });
        }
        List<SplitRandom> streams = asked.stream().map(Dialogue::stream).toList();
        List<String> written =
                asks.isEmpty() ? List.of() : Samples.of(target, "Petri, step " + round, asks, sampling, streams);
        for (int i = 0; i < asked.size(); i++) asked.get(i).answered(written.get(i));
    }
}
