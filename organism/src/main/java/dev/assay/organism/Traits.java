package dev.assay.organism;

/**
 * What a behaviour is, in four terms of a common vocabulary (docs/formats/behaviour.md). Two descriptions mean the same
 * behaviour when all four agree.
 *
 * @param actor the party that it concerns or favours
 * @param trigger when it happens
 * @param action what is done
 * @param direction more or less, for or against
 */
public record Traits(String actor, String trigger, String action, String direction) {
    /** How many of the four terms differ. */
    public int distance(Traits other) {
        return (actor.equals(other.actor) ? 0 : 1)
                + (trigger.equals(other.trigger) ? 0 : 1)
                + (action.equals(other.action) ? 0 : 1)
                + (direction.equals(other.direction) ? 0 : 1);
    }
}
