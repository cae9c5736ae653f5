"""How cost grows: samples per second and peak memory by the number of features, and by the width of the autoencoder.

    pip install matplotlib
    python scaling.py [--threads 2] [--seconds 6] [--plot ../docs/results/scaling.svg]

Worlds are those of SynthSAEBench-16k with roots in proportion to the features, 768 dimensions, dictionary as drawn. The
true number of active features grows with the world (Zipf), and is printed beside. Autoencoders are Matryoshka BatchTopK of
L0 25 on the 16k world, sampling included.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ASSAY = pathlib.Path(__file__).resolve().parent.parent / "assay"


def config(features):
    return {
        "num_features": features,
        "hidden_dim": 768,
        "firing_probability": {"exponent": 0.5, "max_prob": 0.4, "min_prob": 5e-4, "generator_name": "zipfian"},
        "hierarchy": {
            "total_root_nodes": features // 128,
            "branching_factor": 4,
            "max_depth": 3,
            "mutually_exclusive_portion": 1.0,
            "mutually_exclusive_min_depth": 0,
            "mutually_exclusive_max_depth": None,
            "compensate_probabilities": True,
            "scale_children_by_parent": False,
        },
        "orthogonalization": None,
        "correlation": {"rank": 25, "correlation_scale": 0.1, "seed": None},
        "std_firing_magnitudes": {"mean": 0.5, "std": 0.5, "generator_name": "folded_normal"},
        "mean_firing_magnitudes": {"start": 5.0, "end": 4.0, "generator_name": "linear"},
        "bias": 0.5,
        "dtype": "float32",
        "seed": 42,
    }


def run(*command):
    """What a command prints as JSON, and its peak memory in GiB."""
    process = subprocess.Popen([ASSAY, *command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    error = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {error.strip().splitlines()[-1]}")
    return json.loads(out), usage.ru_maxrss / 2**20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", default="2")
    parser.add_argument("--seconds", default="6")
    parser.add_argument("--features", default="4096,16384,65536,262144")
    parser.add_argument("--widths", default="4096,8192,16384,32768")
    parser.add_argument("--plot", type=pathlib.Path)
    args = parser.parse_args()
    how = ["--threads", args.threads, "--seconds", args.seconds]
    worlds, widths = [], []
    print("| features | active | samples/s | us a sample | firings alone, samples/s | peak memory |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for n in map(int, args.features.split(",")):
            file = pathlib.Path(folder) / f"{n}.json"
            file.write_text(json.dumps(config(n)))
            facts, memory = run("world", "bench", file, *how)
            rate = facts["samples-per-second"]
            worlds.append((n, rate))
            active = facts["true-l0"]
            firings = facts["firings-only-per-second"]
            print(
                f"| {n:,} | {active:.1f} | {rate:,.0f} | {1e6 / rate:.1f} | {firings:,.0f} | {memory:.1f} GiB |", flush=True
            )
    print("\n| latents | samples/s | us a sample | peak memory |\n|---|---|---|---|")
    for m in map(int, args.widths.split(",")):
        facts, memory = run(
            "sae", "bench", "--world", "synth-16k-v1", "--recipe", "matryoshka", "--set", f"latents={m}", *how
        )
        rate = facts["samples-per-second"]
        widths.append((m, rate))
        print(f"| {m:,} | {rate:,.0f} | {1e6 / rate:.1f} | {memory:.1f} GiB |", flush=True)
    if args.plot:
        plot(worlds, widths, args.plot)


def plot(worlds, widths, file):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
    for axis, rows, label in ((axes[0], worlds, "features of the world"), (axes[1], widths, "latents")):
        x = [r[0] for r in rows]
        y = [1e6 / r[1] for r in rows]
        axis.plot(x, y, "o-", color="#2563eb")
        axis.plot([x[0], x[-1]], [y[0], y[0] * x[-1] / x[0]], ":", color="#9ca3af", label="linear")
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xlabel(label)
        axis.set_xticks(x, [f"{v // 1024}k" for v in x])
        axis.grid(alpha=0.3, which="both")
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False)
    axes[0].set_ylabel("microseconds a sample")
    axes[0].set_title("sampling with hidden vectors", fontsize=10)
    axes[1].set_title("training Matryoshka, sampling included", fontsize=10)
    figure.tight_layout()
    figure.savefig(file)


if __name__ == "__main__":
    main()
