"""golden.safetensors in folders that Assay wrote: what sae-lens makes of samples with them.

SAMPLES is what `assay world sample` writes; its first hidden vectors are `x` [batch, d], and sae-lens' `latents` [batch, m]
and `recon` [batch, d] of them stand beside. Exits 1 if sae-lens does not load a folder.
"""

import argparse
import pathlib

import lista  # noqa: F401 (registers the architecture)
import torch
from safetensors.torch import load_file, save_file
from sae_lens import SAE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", type=pathlib.Path, metavar="SAMPLES")
    parser.add_argument("folders", type=pathlib.Path, metavar="FOLDER", nargs="+")
    parser.add_argument("--rows", type=int, default=16)
    given = parser.parse_args()
    x = load_file(given.samples)["hidden"][:given.rows].contiguous()
    for folder in given.folders:
        sae = SAE.load_from_disk(folder)
        with torch.no_grad():
            latents = sae.encode(x)
            save_file({"x": x, "latents": latents.contiguous(), "recon": sae.decode(latents).contiguous()},
                      folder / "golden.safetensors")
        print(f"{folder}: {type(sae).__name__}, {float((latents != 0).sum(dim=1).float().mean()):.2f} active latents")


if __name__ == "__main__":
    main()
