"""The inference form of LISTA-Matryoshka for sae-lens, which does not ship it: written from its equations.

    z = x' W_enc + b_enc
    for t < T:  a = z where z > max(0, thresholds[t]);  z += eta[t] (x' - a W_dec) W_enc
    latents = z where z > max(0, thresholds[T])

The configuration's and the tensors' names are those of github.com/chanind/claude-auto-research-synthsaebench (183b197).
"""

from dataclasses import dataclass

import torch
from sae_lens import SAE, SAEConfig, register_sae_class

ARCHITECTURE = "lista_matryoshka_decreasingk"


@dataclass
class ListaConfig(SAEConfig):
    n_refinement_steps: int = 1

    @classmethod
    def architecture(cls):
        return ARCHITECTURE


class ListaSae(SAE):
    def initialize_weights(self):
        super().initialize_weights()
        steps, latents = self.cfg.n_refinement_steps, self.cfg.d_sae

        def parameter(*shape):
            return torch.nn.Parameter(torch.zeros(*shape, dtype=self.dtype, device=self.device))

        self.b_enc, self.thresholds, self.eta = parameter(latents), parameter(steps + 1, latents), parameter(steps)

    def encode(self, x):
        centred = self.process_sae_in(x)
        z = centred @ self.W_enc + self.b_enc
        for t in range(self.cfg.n_refinement_steps):
            z = z + self.eta[t] * ((centred - self.active(z, t) @ self.W_dec) @ self.W_enc)
        return self.active(z, self.cfg.n_refinement_steps)

    def active(self, z, step):
        return torch.relu(z) * (z > self.thresholds[step])

    def decode(self, feature_acts):
        return self.run_time_activation_norm_fn_out(feature_acts @ self.W_dec + self.b_dec)


register_sae_class(ARCHITECTURE, ListaSae, ListaConfig)
