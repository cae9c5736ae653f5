package example;

import dev.assay.sae.KSchedule;

/** A part of an SAE's training: k stays where it begins for the first half of the way, and then goes down in a line. */
public final class Halves implements KSchedule.Shape {
    @Override
    public double at(KSchedule k, long step) {
        double share = (double) step / k.steps();
        return share < 0.5 ? k.initial() : k.initial() + (k.last() - k.initial()) * (2 * share - 1);
    }

    /** Its name in recipes and in the records of runs. */
    @Override
    public String toString() {
        return "halves";
    }
}
