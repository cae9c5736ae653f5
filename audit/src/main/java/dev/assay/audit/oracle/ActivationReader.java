package dev.assay.audit.oracle;

import dev.assay.lm.Engine;
import dev.assay.lm.Reader;
import dev.assay.lm.Site;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reads off a model what questions are about. */
final class ActivationReader {
    /** Texts whose numbers are held at once. */
    private static final int CHUNK = 64;

    private ActivationReader() {}

    /** The activations of some places, in their order. */
    static List<Activations> read(Speaker speaker, List<Place> places, String what, Progress progress) {
        var found = new Activations[places.size()];
        int done = 0;
        for (int layer : places.stream().map(Place::layer).distinct().sorted().toList()) {
            int[] wanted = IntStream.range(0, places.size())
                    .filter(i -> places.get(i).layer() == layer)
                    .toArray();
            var settings = Engine.Settings.standard().withThreads(speaker.workers());
            var site = Site.of(Site.Kind.RESID_POST, layer);
            try (var reader = new Reader(speaker.model(), List.of(), site, settings)) {
                for (int from = 0; from < wanted.length; from += CHUNK) {
                    int[] some = Arrays.copyOfRange(wanted, from, Math.min(wanted.length, from + CHUNK));
                    chunk(reader, places, some, found);
                    progress.at(what, done += some.length, places.size());
                }
            }
        }
        return List.of(found);
    }

    /**
     * What is read of a text.
     *
     * @param first first position
     * @param count positions
     */
    record Place(int[] text, int layer, int first, int count) {
        static Place of(Item item) {
            return new Place(item.context(), item.layer(), item.first(), item.count());
        }
    }

    private static void chunk(Reader reader, List<Place> places, int[] some, Activations[] found) {
        var texts = new ArrayList<int[]>();
        for (int i : some) {
            Place p = places.get(i);
            texts.add(Arrays.copyOf(p.text(), p.first() + p.count())); // what follows changes nothing
        }
        float[] all = reader.read(texts);
        int width = reader.width();
        int at = 0;
        for (int k = 0; k < some.length; k++) {
            Place p = places.get(some[k]);
            at += texts.get(k).length;
            found[some[k]] = new Activations(
                    p.layer(), p.count(), Arrays.copyOfRange(all, (at - p.count()) * width, at * width));
        }
    }
}
