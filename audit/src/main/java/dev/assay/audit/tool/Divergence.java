package dev.assay.audit.tool;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;

/** Differences of distributions that are given by logits. */
final class Divergence {
    private Divergence() {}

    /** KL(p || q) of each row in nats: logits {@code [n, vocab]} give {@code [n, 1]}. */
    static Tensor kl(Tensor p, Tensor q) {
        try (var scope = Scope.open()) {
            Tensor logP = logSoftmax(p);
            return scope.pass(logP.exp().mul(logP.sub(logSoftmax(q))).sum(-1));
        }
    }

    private static Tensor logSoftmax(Tensor logits) {
        Tensor exact = logits.to(DType.F32);
        return exact.sub(exact.logSumExp(-1).unsqueeze(-1));
    }
}
