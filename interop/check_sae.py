"""Loads autoencoders that Assay wrote with sae-lens and compares what they do.

Each folder given, or each folder in it, holds cfg.json, sae_weights.safetensors and golden.safetensors (`x` [batch, d],
`latents` [batch, m] and `recon` [batch, d] as Assay computes them). Exits 1 if one is not loaded or differs by more than
1e-5 of its largest number.
"""

import argparse
import pathlib
import sys

import lista  # noqa: F401 (registers the architecture)
import torch
from safetensors.torch import load_file
from sae_lens import SAE

LIMIT = 1e-5


def difference(found, wanted):
    return float((found - wanted).abs().max() / wanted.abs().max())


def check(folder):
    sae = SAE.load_from_disk(folder)
    golden = load_file(folder / "golden.safetensors")
    with torch.no_grad():
        x = golden["x"].reshape(len(golden["x"]), 3, -1) if sae.cfg.reshape_activations == "hook_z" else golden["x"]
        latents = sae.encode(x)
        recon = sae.decode(latents).reshape(golden["recon"].shape)
    worst = max(difference(latents, golden["latents"]), difference(recon, golden["recon"]))
    same = bool(((latents != 0) == (golden["latents"] != 0)).all())
    print(f"{folder.name}: {type(sae).__name__}, {int((latents != 0).sum())} active latents"
          f"{'' if same else ' (NOT THE SAME ONES)'}, largest relative difference {worst:.2g}")
    return same and worst <= LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    folders = [f for given in parser.parse_args().folders
               for f in ([given] if (given / "cfg.json").exists() else sorted(p.parent for p in given.glob("*/cfg.json")))]
    if not folders:
        raise SystemExit("no folder with a cfg.json there")
    sys.exit(0 if all([check(folder) for folder in folders]) else 1)


if __name__ == "__main__":
    main()
