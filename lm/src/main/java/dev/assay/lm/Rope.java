package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Rotary position embedding (Su et al., 2021), in the half-split layout of Hugging Face's Llama: dimension {@code i} of a
 * head is paired with {@code i + headDim/2}.
 */
final class Rope {
    /** Rows that are made at once: a context of 128k positions would take more memory than a small model's weights. */
    private static final int ROWS = 8192;

    private final RopeConfig config;
    private final int headDim;
    private final int context;
    private final DType type;
    private volatile Turn table; // [rows, headDim]

    /**
     * The rotation of some positions.
     *
     * @param cos {@code [.., headDim]}
     * @param sin {@code [.., headDim]}
     */
    record Turn(Tensor cos, Tensor sin) {
        Turn to(Device device) {
            return new Turn(cos.to(device), sin.to(device));
        }

        /** Rotates {@code [batch, head, position, headDim]}. */
        Tensor rotate(Tensor x) {
            long half = x.size(-1) / 2;
            Tensor swapped = Tensor.cat(List.of(x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)), -1);
            return x.mul(cos).add(swapped.mul(sin));
        }
    }

    Rope(RopeConfig config, int headDim, int context, DType type) {
        this.config = config;
        this.headDim = headDim;
        this.context = context;
        this.type = type;
        this.table = table(Math.min(context, ROWS));
    }

    private Turn table(int rows) {
        int half = headDim / 2;
        var angles = new RopeTable(config, headDim);
        angles.reach(rows - 1);
        var cos = new float[rows * headDim];
        var sin = new float[cos.length];
        for (int p = 0; p < rows; p++) {
            for (int i = 0; i < half; i++) {
                int at = p * headDim + i;
                cos[at] = cos[at + half] = angles.cos(p, i);
                sin[at] = sin[at + half] = angles.sin(p, i);
            }
        }
        try (var scope = Scope.open()) {
            return new Turn(
                    scope.keep(Tensor.of(cos, rows, headDim).to(type)),
                    scope.keep(Tensor.of(sin, rows, headDim).to(type)));
        }
    }

    /** The rotation of the positions {@code [batch, position]}, as {@code [batch, 1, position, headDim]}. */
    Turn at(Tensor positions) {
        Turn all = context > ROWS ? reaching(positions) : table;
        return new Turn(
                all.cos.embedding(positions).unsqueeze(1),
                all.sin.embedding(positions).unsqueeze(1));
    }

    /** The table, grown where the positions go beyond it; those who still use the old one keep it. */
    private Turn reaching(Tensor positions) {
        long last = Arrays.stream(positions.longs()).max().orElse(0);
        if (last < table.cos.size(0)) return table;
        synchronized (this) {
            if (last >= table.cos.size(0))
                table = table((int) Math.min(context, Math.max(2 * table.cos.size(0), last + 1)));
            return table;
        }
    }
}
