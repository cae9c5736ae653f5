package dev.assay.research;

import dev.assay.sae.Activations;
import dev.assay.tensor.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The training process's end of the pipe that samples come through. */
final class ServedActivations implements Activations {
    private final DataInputStream in;
    private final DataOutputStream out;
    private int dModel;

    ServedActivations(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Goes to the samples of run number {@code run}. */
    void begin(int run) {
        try {
            out.writeInt(TrainingJob.BEGIN);
            out.writeLong(run);
            out.writeInt(0);
            out.flush();
            dModel = in.readInt();
        } catch (IOException e) {
            throw new UncheckedIOException("the harness is gone", e);
        }
    }

    @Override
    public int dModel() {
        return dModel;
    }

    @Override
    public synchronized Tensor batch(long index, int rows) {
        try {
            out.writeInt(TrainingJob.BATCH);
            out.writeLong(index);
            out.writeInt(rows);
            out.flush();
            if (in.readInt() == TrainingJob.REFUSED)
                throw new ResearchException("the harness serves no more samples than were declared");
            var bytes = new byte[rows * dModel * Float.BYTES];
            in.readFully(bytes);
            var values = new float[rows * dModel];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            return Tensor.of(values, rows, dModel);
        } catch (IOException e) {
            throw new UncheckedIOException("the harness is gone", e);
        }
    }
}
