package dev.assay.lm;

import dev.assay.tensor.Tensor;

/**
 * Sees the insides of a forward pass, and may change them.
 *
 * <p>A plain hook sees the residual stream: it is called with layer 0 for the token embeddings and with layer {@code i}
 * after block {@code i}, up to the number of layers. {@link #sites} makes one that sees every {@link Site}. The tensors
 * have the shapes that {@link Site.Kind} says; what is returned goes on. To read only, return the argument. Tensors that
 * are to outlive the forward pass must be copied out ({@link Tensor#floats()}) or kept by a scope.
 */
@FunctionalInterface
public interface Hook {
    /** Looks at nothing. */
    Hook NONE = (layer, residual) -> residual;

    /** Sees the residual stream {@code [batch, position, dModel]}. */
    Tensor at(int layer, Tensor residual);

    /** Sees a site; of those, a plain hook is called at {@code embedding} and {@code resid_post}. */
    default Tensor at(Site site, Tensor value) {
        return switch (site.kind()) {
            case EMBEDDING -> at(0, value);
            case RESID_POST -> at(site.layer() + 1, value);
            default -> value;
        };
    }

    /** What a hook on sites does. */
    @FunctionalInterface
    interface SiteHook {
        Tensor at(Site site, Tensor value);
    }

    /** A hook that is called at every site. */
    static Hook sites(SiteHook hook) {
        return new Hook() {
            @Override
            public Tensor at(int layer, Tensor residual) {
                Site site = layer == 0 ? Site.of(Site.Kind.EMBEDDING) : Site.of(Site.Kind.RESID_POST, layer - 1);
                return hook.at(site, residual);
            }

            @Override
            public Tensor at(Site site, Tensor value) {
                return hook.at(site, value);
            }
        };
    }

    /** This hook, then another on what it returned. */
    default Hook then(Hook next) {
        return sites((site, value) -> next.at(site, at(site, value)));
    }
}
