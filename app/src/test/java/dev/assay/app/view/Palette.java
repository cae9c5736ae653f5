package dev.assay.app.view;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A picture in 256 colours, the most frequent ones and one for each region of other colours: a third of the file. What has another
 * colour gets the nearest of these.
 */
final class Palette {
    private static final int COLOURS = 256;
    private static final int MOST_FREQUENT = 160;
    /** The upper bits of red, green and blue. */
    private static final int REGION = 0xe0e0e0;

    private final int[] colours;
    private final Map<Integer, Integer> nearest = new HashMap<>();

    private Palette(int[] colours) {
        this.colours = colours;
    }

    static BufferedImage of(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        Map<Integer, Integer> counts = new HashMap<>();
        for (int p : pixels) counts.merge(p | 0xff000000, 1, Integer::sum);
        List<Integer> byCount = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
        Set<Integer> frequent = new LinkedHashSet<>(byCount.subList(0, Math.min(MOST_FREQUENT, byCount.size())));
        Set<Integer> regions = frequent.stream().map(c -> c & REGION).collect(Collectors.toCollection(HashSet::new));
        for (int colour : byCount) if (frequent.size() < COLOURS && regions.add(colour & REGION)) frequent.add(colour);
        var palette = new Palette(frequent.stream().mapToInt(c -> c).toArray());
        var model = new IndexColorModel(8, palette.colours.length, palette.colours, 0, false, -1, 0);
        var out = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
        for (int i = 0; i < pixels.length; i++)
            out.getRaster().setSample(i % image.getWidth(), i / image.getWidth(), 0, palette.index(pixels[i]));
        return out;
    }

    private int index(int pixel) {
        return nearest.computeIfAbsent(pixel | 0xff000000, this::search);
    }

    private int search(int pixel) {
        int best = 0;
        for (int i = 1; i < colours.length; i++)
            if (distance(pixel, colours[i]) < distance(pixel, colours[best])) best = i;
        return best;
    }

    private static int distance(int a, int b) {
        int sum = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int d = (a >> shift & 0xff) - (b >> shift & 0xff);
            sum += d * d;
        }
        return sum;
    }
}
