package dev.assay.lm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/** A SHA-256 of what decides about a training's result, the start of its weights left out, as four longs. */
final class Fingerprint {
    private final MessageDigest digest;

    private Fingerprint() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    static <E> long[] of(Trainable weights, Objective<E> objective, TrainingSettings settings, List<E> data) {
        var print = new Fingerprint();
        print.add(settings.fingerprint());
        objective.fingerprint(print::add);
        weights.parameters().forEach((name, t) -> print.add(name + Arrays.toString(t.shape())));
        data.forEach(example -> objective.fingerprint(example, print::add));
        ByteBuffer bytes = ByteBuffer.wrap(print.digest.digest());
        return new long[] {bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()};
    }

    private void add(String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void add(int[] ids) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * (ids.length + 1));
        bytes.putInt(ids.length);
        for (int id : ids) bytes.putInt(id);
        digest.update(bytes.array());
    }
}
