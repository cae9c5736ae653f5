"""Trains the ladder of the world `small` with sae-lens and writes what each autoencoder scores, seed by seed.

The protocol of a minute: 512 features in 64 dimensions (Assay's preset `small`), 128 latents, 512,000 samples in batches of
512, Adam at 3e-3 falling to 0 over the last third, a latent dead after 50 silent steps, k = the number of the 128 most
frequent features that are active in a sample; then scored by sae-lens on 20,480 fresh samples. fp32, CPU, one thread.

LISTA-Matryoshka is not in sae-lens: it is written here from its equations, on top of sae-lens' BatchTopK. With
`--published FILE` (autoresearch/sae.py of github.com/chanind/claude-auto-research-synthsaebench, 183b197) that module is
trained in its place: in fp64 losses and gradients of both differ by less than 1e-15. Rounding alone, which training
amplifies, moves a seed's F1 by about .01.
"""

import argparse
import importlib.util
import json
import pathlib
import sys
import time
import warnings
from dataclasses import dataclass, field

import torch
from sae_lens import (
    BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, MatchingPursuitTrainingSAE, MatchingPursuitTrainingSAEConfig,
    MatryoshkaBatchTopKTrainingSAE, MatryoshkaBatchTopKTrainingSAEConfig, StandardTrainingSAE, StandardTrainingSAEConfig,
    TopKTrainingSAE, TopKTrainingSAEConfig, __version__)
from sae_lens.config import LoggingConfig, SAETrainerConfig
from sae_lens.saes.sae import TrainStepOutput
from sae_lens.synthetic import (
    FoldedNormalMagnitudeConfig, HierarchyConfig, LinearMagnitudeConfig, LowRankCorrelationConfig, OrthogonalizationConfig,
    SyntheticModel, SyntheticModelConfig, ZipfianFiringProbabilityConfig, eval_sae_on_synthetic_data)
from sae_lens.synthetic.training import SyntheticActivationIterator
from sae_lens.training.sae_trainer import SAETrainer

OUT = pathlib.Path(__file__).resolve().parent.parent / "docs/results/small-bench-saelens.json"
FEATURES, DIM, LATENTS, BATCH, STEPS, RATE = 512, 64, 128, 512, 1000, 3e-3
WIDTHS = [8, 32]


def world():
    return SyntheticModel(SyntheticModelConfig(
        num_features=FEATURES, hidden_dim=DIM, bias=0.5, seed=42,
        firing_probability=ZipfianFiringProbabilityConfig(exponent=0.5, max_prob=0.4, min_prob=5e-3),
        hierarchy=HierarchyConfig(
            total_root_nodes=16, branching_factor=4, max_depth=2, mutually_exclusive_portion=1.0,
            compensate_probabilities=True, scale_children_by_parent=True),
        orthogonalization=OrthogonalizationConfig(num_steps=100, lr=3e-4),
        correlation=LowRankCorrelationConfig(rank=8, correlation_scale=0.1),
        mean_firing_magnitudes=LinearMagnitudeConfig(start=5.0, end=4.0),
        std_firing_magnitudes=FoldedNormalMagnitudeConfig(mean=0.5, std=0.5)))


@dataclass
class ListaConfig(BatchTopKTrainingSAEConfig):
    initial_k: float = 0  # falls linearly to k at the last step
    eta: float = 0.3
    tilt: float = 0.002
    widths: list[int] = field(default_factory=list)

    @classmethod
    def architecture(cls):
        return "lista_matryoshka_small_bench"


class Lista(BatchTopKTrainingSAE):
    """One refinement, levels ordered by firing frequency and detached, tilted means, x - b_dec as the target."""

    def __init__(self, cfg, use_error_term=False):
        super().__init__(cfg, use_error_term)
        self.frequency = None

    def encode_with_hidden_pre(self, x):
        centred, norms = self.process_sae_in(x), self.W_dec.norm(dim=1)
        before = (centred @ self.W_enc + self.b_enc) * norms
        rest = centred - (self.activation_fn(before) / norms) @ self.W_dec
        after = before + self.cfg.eta * (rest @ self.W_enc) * norms
        return self.activation_fn(after), after

    def mean(self, per_sample):
        weights = torch.softmax(self.cfg.tilt * per_sample.detach() / per_sample.detach().mean(), dim=0)
        return (weights * per_sample).sum()

    def training_forward_pass(self, step_input):
        self.activation_fn.k = self.cfg.initial_k + (self.cfg.k - self.cfg.initial_k) * step_input.n_training_steps / STEPS
        x = step_input.sae_in
        latents, pre = self.encode_with_hidden_pre(x)
        out, target = self.decode(latents), self.process_sae_in(x)
        losses = {
            "mse_loss": self.mean((out - target).pow(2).sum(dim=1)),
            "auxiliary_reconstruction_loss": self.calculate_topk_aux_loss(target, out, pre, step_input.dead_neuron_mask),
            "inner_recons_loss": self.inner(latents, target)}
        return TrainStepOutput(sae_in=target, sae_out=out, feature_acts=latents, hidden_pre=pre,
                               loss=torch.stack(list(losses.values())).sum(), losses=losses)

    def inner(self, latents, target):
        now = (latents != 0).double().mean(dim=0)
        self.frequency = now if self.frequency is None else 0.99 * self.frequency + 0.01 * now
        order = self.frequency.argsort(descending=True)
        share, part, total, begin = latents / self.W_dec.norm(dim=1), self.b_dec, 0, 0
        for width in self.cfg.widths:
            level = order[begin:width]
            part = (part.detach() if begin else part) + share[:, level] @ self.W_dec[level]
            total = total + self.mean((part - target).pow(2).sum(dim=1))
            begin = width
        return total


def published(file, k):
    spec = importlib.util.spec_from_file_location("autosae", file)
    module = sys.modules["autosae"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda: module.ListaMatryoshkaTrainingSAE(module.ListaMatryoshkaTrainingSAEConfig(
        d_in=DIM, d_sae=LATENTS, k=k, matryoshka_widths=list(WIDTHS), use_frequency_sorted_matryoshka=True, term_tilt=0.002,
        initial_k=2.4 * k, transition_k_duration_steps=STEPS))


def ladder(k, file):
    size = {"d_in": DIM, "d_sae": LATENTS}
    return {
        "lista-matryoshka": published(file, k) if file else lambda: Lista(
            ListaConfig(**size, k=k, initial_k=2.4 * k, widths=list(WIDTHS))),
        "matryoshka": lambda: MatryoshkaBatchTopKTrainingSAE(MatryoshkaBatchTopKTrainingSAEConfig(
            **size, k=k, matryoshka_widths=[*WIDTHS, LATENTS], use_matryoshka_aux_loss=True)),
        "batchtopk": lambda: BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(**size, k=k)),
        "topk": lambda: TopKTrainingSAE(TopKTrainingSAEConfig(**size, k=round(k))),
        "matching-pursuit": lambda: MatchingPursuitTrainingSAE(MatchingPursuitTrainingSAEConfig(
            **size, decoder_init_norm=1.0, residual_threshold=0, max_iterations=round(k), stop_on_duplicate_support=False)),
        "standard": lambda: StandardTrainingSAE(StandardTrainingSAEConfig(
            **size, l1_coefficient=2.0, l1_warm_up_steps=STEPS // 3)),
    }


def train(sae, features, generator):
    SAETrainer(
        cfg=SAETrainerConfig(
            n_checkpoints=0, checkpoint_path=None, save_final_checkpoint=False, total_training_samples=STEPS * BATCH,
            device="cpu", autocast=False, lr=RATE, lr_end=RATE, lr_scheduler_name="constant", lr_warm_up_steps=0,
            adam_beta1=0.9, adam_beta2=0.999, lr_decay_steps=STEPS // 3, n_restart_cycles=1, train_batch_size_samples=BATCH,
            dead_feature_window=50, feature_sampling_window=2000, logger=LoggingConfig(log_to_wandb=False),
            n_batches_for_norm_estimate=100),
        sae=sae, data_provider=SyntheticActivationIterator(features, generator, BATCH)).fit()


def score(sae, features, generator):
    r = eval_sae_on_synthetic_data(sae, features, generator, num_samples=40 * BATCH, batch_size=BATCH)
    c = r.classification
    return {"f1": c.f1_score, "precision": c.precision, "recall": c.recall, "mcc": r.mcc, "ev": r.explained_variance,
            "uniqueness": r.uniqueness, "l0": r.sae_l0, "dead": r.dead_latents}


def summary(runs):
    """Mean and standard deviation over seeds of each score."""
    out = {}
    for name in runs[0]["scores"]:
        values = torch.tensor([float(r["scores"][name]) for r in runs], dtype=torch.float64)
        out[name] = [round(float(values.mean()), 4), round(float(values.std()), 4) if len(runs) > 1 else None]
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1,2,3,4,5", help="of initialisation and samples; the world's stays 42")
    parser.add_argument("--only", help="some of the ladder, with commas")
    parser.add_argument("--published", type=pathlib.Path, metavar="FILE", help="the published LISTA-Matryoshka module")
    parser.add_argument("--out", type=pathlib.Path, default=OUT, help="the JSON to write")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)

    synthetic = world()
    features, generator = synthetic.feature_dict, synthetic.activation_generator
    torch.manual_seed(0)
    k = round(float((generator.sample(50_000) > 0).float().mean(dim=0)[:LATENTS].sum()), 1)
    makers = ladder(k, given.published)
    names = given.only.split(",") if given.only else list(makers)
    result = {
        "with": {"sae-lens": __version__, "torch": torch.__version__},
        "protocol": {"world": "small", "latents": LATENTS, "batch": BATCH, "steps": STEPS, "learning-rate": RATE,
                     "decay-steps": STEPS // 3, "dead-window": 50, "k": k, "widths": WIDTHS, "scored-samples": 40 * BATCH},
        "mean-and-sd": {}, "runs": {name: [] for name in names}}
    for seed in map(int, given.seeds.split(",")):
        for name in names:
            torch.manual_seed(1000 + seed)
            begin = time.time()
            sae = makers[name]()
            train(sae, features, generator)
            run = {"seed": seed, "scores": score(sae, features, generator)}
            print(name, seed, {n: round(v, 3) for n, v in run["scores"].items()}, f"{time.time() - begin:.0f} s", flush=True)
            result["runs"][name].append(run)
            result["mean-and-sd"][name] = summary(result["runs"][name])
            given.out.parent.mkdir(parents=True, exist_ok=True)
            given.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
