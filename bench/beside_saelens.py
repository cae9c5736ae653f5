"""SAELens beside Assay in one run: samples per second of sampling and of training with sampling, SynthSAEBench-16k, v1.

    pip install sae-lens==6.54.12
    python beside_saelens.py [--threads 2] [--rounds 3] [--batches 6] [--precision F32] [--what sample,matryoshka,lista]

Each round times the peer, then Assay (`assay world bench`, `assay sae bench`), so that both see the same neighbours. The
ratio is Assay's rate over the peer's, round by round. The peer's dictionary is not orthogonalised (it changes no cost).
LISTA-Matryoshka is not in SAELens: it is timed as the same step written plainly in torch. The peer computes in fp32, as
SAELens does on a CPU; like for like is `--precision F32`.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time
import warnings

import torch

warnings.filterwarnings("ignore")
from sae_lens import MatryoshkaBatchTopKTrainingSAE, MatryoshkaBatchTopKTrainingSAEConfig
from sae_lens.saes.sae import TrainStepInput
from sae_lens.synthetic import (
    FoldedNormalMagnitudeConfig,
    HierarchyConfig,
    LinearMagnitudeConfig,
    LowRankCorrelationConfig,
    SyntheticModel,
    SyntheticModelConfig,
    ZipfianFiringProbabilityConfig,
)

FEATURES, HIDDEN, LATENTS, BATCH, K = 16384, 768, 4096, 1024, 25
WIDTHS = [128, 512, 2048]


def world():
    return SyntheticModel(
        SyntheticModelConfig(
            num_features=FEATURES,
            hidden_dim=HIDDEN,
            firing_probability=ZipfianFiringProbabilityConfig(exponent=0.5, max_prob=0.4, min_prob=5e-4),
            hierarchy=HierarchyConfig(
                total_root_nodes=128,
                branching_factor=4,
                max_depth=3,
                mutually_exclusive_portion=1.0,
                compensate_probabilities=True,
                scale_children_by_parent=False,
            ),
            orthogonalization=None,
            correlation=LowRankCorrelationConfig(rank=25, correlation_scale=0.1),
            mean_firing_magnitudes=LinearMagnitudeConfig(start=5.0, end=4.0),
            std_firing_magnitudes=FoldedNormalMagnitudeConfig(mean=0.5, std=0.5),
            bias=0.5,
            seed=42,
        )
    )


def rate(step, batches):
    """Samples per second of the median batch, after two that do not count."""
    times = []
    for i in range(batches + 2):
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return BATCH / sorted(times[2:])[batches // 2]


def matryoshka(sample):
    sae = MatryoshkaBatchTopKTrainingSAE(
        MatryoshkaBatchTopKTrainingSAEConfig(
            d_in=HIDDEN, d_sae=LATENTS, k=K, matryoshka_widths=[*WIDTHS, LATENTS], use_matryoshka_aux_loss=True
        )
    )
    adam = torch.optim.Adam(sae.parameters(), lr=3e-4)
    dead = torch.zeros(LATENTS, dtype=torch.bool)

    def step():
        x = sample()
        out = sae.training_forward_pass(
            TrainStepInput(sae_in=x, coefficients={}, dead_neuron_mask=dead, n_training_steps=0, is_logging_step=False)
        )
        out.loss.backward()
        torch.nn.utils.clip_grad_norm_(sae.parameters(), 1.0)
        adam.step()
        adam.zero_grad()

    return step


def lista(sample, eta=0.3, tilt=0.002):
    decoder = torch.nn.functional.normalize(torch.randn(LATENTS, HIDDEN), dim=1) * 0.1
    p = {
        "W_dec": decoder,
        "W_enc": decoder.T.contiguous(),
        "b_enc": torch.zeros(LATENTS),
        "b_dec": torch.zeros(HIDDEN),
    }
    p = {name: t.clone().requires_grad_(True) for name, t in p.items()}
    adam = torch.optim.Adam(p.values(), lr=3e-4)
    frequency = torch.zeros(LATENTS, dtype=torch.float64)

    def choose(z):
        flat = torch.relu(z).flatten()
        top = torch.topk(flat, K * BATCH, sorted=False)
        return torch.zeros_like(flat).scatter(0, top.indices, top.values).reshape(z.shape)

    def tilted(losses):
        fixed = losses.detach()
        return (torch.softmax(tilt * fixed / fixed.mean(), 0) * losses).sum()

    def step():
        nonlocal frequency
        x = sample() - p["b_dec"]
        n = p["W_dec"].norm(dim=1)
        z = (x @ p["W_enc"] + p["b_enc"]) * n
        first = choose(z)
        z = z + eta * ((x - (first / n) @ p["W_dec"]) @ p["W_enc"]) * n
        acts = choose(z)
        c = acts / n
        out = c @ p["W_dec"] + p["b_dec"]
        loss = tilted((out - x).pow(2).sum(1))
        with torch.no_grad():
            frequency = 0.99 * frequency + 0.01 * (acts != 0).double().mean(0)
            order = frequency.argsort(descending=True, stable=True)
        partial, last = p["b_dec"], 0
        for width in WIDTHS:
            index = order[last:width]
            partial = (partial.detach() if last else partial) + c[:, index] @ p["W_dec"][index]
            loss = loss + tilted((partial - x).pow(2).sum(1))
            last = width
        loss.backward()
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        adam.step()
        adam.zero_grad()

    return step


ASSAY = pathlib.Path(__file__).resolve().parent.parent / "assay"


def assay(what, threads, precision):
    """Assay's samples per second."""
    if what == "sample":
        command = ["world", "bench", "synth-16k-v1", "--seconds", "6"]
    else:
        recipe = {"matryoshka": "matryoshka", "lista": "lista-matryoshka"}[what]
        command = ["sae", "bench", "--world", "synth-16k-v1", "--recipe", recipe, "--seconds", "15"]
        command += ["--set", f"training.precision={precision}"]
        if what == "lista":  # the peer's step has K active latents too
            command += ["--set", f"initial-k={K}"]
    run = subprocess.run(
        [ASSAY, *command, "--threads", str(threads), "--json"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return json.loads(run.stdout)["samples-per-second"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, default=6)
    parser.add_argument("--precision", default="F32")
    parser.add_argument("--what", default="sample,matryoshka,lista")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = world()

    @torch.no_grad()
    def sample():
        return model.feature_dict(model.activation_generator.sample(BATCH))

    steps = {"sample": lambda: sample, "matryoshka": lambda: matryoshka(sample), "lista": lambda: lista(sample)}
    print(f"torch {torch.__version__}, {args.threads} threads, Assay's products in {args.precision}")
    for what in args.what.split(","):
        step = steps[what]()
        ratios = []
        for _ in range(args.rounds):
            peer = rate(step, args.batches)
            ours = assay(what, args.threads, args.precision)
            ratios.append(ours / peer)
            print(f"{what:12} peer {peer:8,.0f}/s   Assay {ours:9,.0f}/s   ratio {ratios[-1]:6.1f}", flush=True)
        print(f"{what:12} median ratio {statistics.median(ratios):.1f}")


if __name__ == "__main__":
    main()
