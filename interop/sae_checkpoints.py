"""saelens/CASE/: small autoencoders saved by sae-lens, and beside them what they make of some inputs.

golden.safetensors holds `x` [batch, d], `latents` [batch, m] and `recon` [batch, d], computed by sae-lens in fp32 from
the saved folder, and for some `input_scale`: the factor that their inputs were multiplied by in training.
"""

import argparse
import pathlib
import shutil

import lista
import numpy as np
import torch
from safetensors.torch import save_file
from sae_lens import (
    SAE, BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, GatedSAE, GatedSAEConfig, JumpReLUSAE, JumpReLUSAEConfig,
    JumpReLUTrainingSAE, JumpReLUTrainingSAEConfig, MatchingPursuitSAE, MatchingPursuitSAEConfig,
    MatryoshkaBatchTopKTrainingSAE, MatryoshkaBatchTopKTrainingSAEConfig, StandardSAE, StandardSAEConfig,
    TopKSAE, TopKSAEConfig, TopKTrainingSAE, TopKTrainingSAEConfig)
from sae_lens.saes.sae import SAEMetadata

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "sae/src/test/resources/saelens"
D, M, BATCH, HEADS = 12, 20, 16, 3
SCALE = 0.37

CASES = {
    "standard": (StandardSAE, StandardSAEConfig, {}),
    "standard-constant-norm": (StandardSAE, StandardSAEConfig, {"normalize_activations": "constant_norm_rescale"}),
    "standard-layer-norm": (StandardSAE, StandardSAEConfig, {"normalize_activations": "layer_norm"}),
    "standard-hook-z": (StandardSAE, StandardSAEConfig, {"reshape_activations": "hook_z"}),
    "topk": (TopKSAE, TopKSAEConfig, {"k": 4}),
    "topk-rescaled": (TopKSAE, TopKSAEConfig, {"k": 4, "rescale_acts_by_decoder_norm": True}),
    "topk-exported": (TopKTrainingSAE, TopKTrainingSAEConfig, {"k": 4}),
    "jumprelu": (JumpReLUSAE, JumpReLUSAEConfig, {}),
    "jumprelu-uncentred": (JumpReLUSAE, JumpReLUSAEConfig, {"apply_b_dec_to_input": False}),
    "jumprelu-bfloat16": (JumpReLUSAE, JumpReLUSAEConfig, {"dtype": "bfloat16"}),
    "jumprelu-float16": (JumpReLUSAE, JumpReLUSAEConfig, {"dtype": "float16"}),
    "jumprelu-float64": (JumpReLUSAE, JumpReLUSAEConfig, {"dtype": "float64"}),
    "jumprelu-exported": (JumpReLUTrainingSAE, JumpReLUTrainingSAEConfig, {}),
    "jumprelu-scaled": (JumpReLUSAE, JumpReLUSAEConfig, {"normalize_activations": "expected_average_only_in"}),
    "batchtopk-training": (BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, {"k": 3.5}),
    "batchtopk-training-unscaled": (
        BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, {"k": 3.5, "rescale_acts_by_decoder_norm": False}),
    "batchtopk-exported": (BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, {"k": 3.5}),
    "matryoshka-training": (
        MatryoshkaBatchTopKTrainingSAE, MatryoshkaBatchTopKTrainingSAEConfig, {"k": 3.5, "matryoshka_widths": [4, 20]}),
    "gated": (GatedSAE, GatedSAEConfig, {}),
    "matching-pursuit": (MatchingPursuitSAE, MatchingPursuitSAEConfig, {}),
    "matching-pursuit-5": (MatchingPursuitSAE, MatchingPursuitSAEConfig, {
        "max_iterations": 5, "residual_threshold": 0.0, "stop_on_duplicate_support": False}),
    "matching-pursuit-coarse": (MatchingPursuitSAE, MatchingPursuitSAEConfig, {
        "residual_threshold": 2.0, "stop_on_duplicate_support": False}),
    "matching-pursuit-scaled": (MatchingPursuitSAE, MatchingPursuitSAEConfig, {
        "residual_threshold": 0.8, "normalize_activations": "expected_average_only_in", "apply_b_dec_to_input": False}),
    "lista": (lista.ListaSae, lista.ListaConfig, {}),
    "lista-2": (lista.ListaSae, lista.ListaConfig, {"n_refinement_steps": 2}),
}


def fill(name, tensor, generator):
    """Numbers with which about a third of the latents are active; rows of norm 1 where sae-lens has them so."""
    size = {"W_enc": 0.4, "W_dec": 0.5, "b_dec": 0.3, "topk_threshold": 0.0}.get(name, 0.2)
    random = torch.randn(tensor.shape, generator=generator) * size
    if name in ("threshold", "thresholds", "topk_threshold", "eta"):
        random = random.abs() + {"thresholds": 0.4, "threshold": 0.6, "topk_threshold": 0.7, "eta": 0.1}[name]
    return random


def make(case, folder, x):
    kind, config, options = CASES[case]
    generator = torch.Generator().manual_seed(len(case) * 1000 + sum(map(ord, case)))
    metadata = SAEMetadata(model_name="gpt2-small", hook_name="blocks.1.attn.hook_z", l0=4.25, context_size=128)
    sae = kind(config(d_in=D, d_sae=M, metadata=metadata, **options))
    state = {name: fill(name, t, generator).to(t.dtype) for name, t in sae.state_dict().items()}
    if case.startswith("matching"):
        state["W_dec"] /= state["W_dec"].norm(dim=1, keepdim=True)
    sae.load_state_dict(state)
    (sae.save_inference_model if case.endswith("exported") else sae.save_model)(folder)

    loaded = folder
    if case in ("batchtopk-training", "batchtopk-training-unscaled", "matryoshka-training"):
        loaded = folder / "inference"  # only sae-lens itself turns the training form into this
        sae.save_inference_model(loaded)
    reader = SAE.load_from_disk(loaded, dtype="float32")
    if loaded != folder:
        shutil.rmtree(loaded)
    golden = {"x": x}
    if reader.cfg.normalize_activations == "expected_average_only_in":
        reader.fold_activation_norm_scaling_factor(SCALE)
        golden["input_scale"] = torch.tensor([SCALE])
    with torch.no_grad():
        given = x.reshape(BATCH, HEADS, -1) if case == "standard-hook-z" else x
        latents = reader.encode(given)
        golden |= {"latents": latents, "recon": reader.decode(latents).reshape(BATCH, D)}
    active = (latents != 0).sum(dim=1).float()
    assert 1 <= active.mean() <= 12 and active.max() > active.min() or "topk" in case or "pursuit" in case, case
    assert latents.any(dim=0).sum() > M / 2, case
    save_file({k: v.contiguous() for k, v in golden.items()}, folder / "golden.safetensors")
    print(f"{case}: {active.mean():.2f} active, {sum(f.stat().st_size for f in folder.iterdir())} bytes")


def release(folder, x, arrays):
    """Gemma Scope's layouts, which have no configuration: params.npz, or params.safetensors with other names."""
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(77)
    sae = JumpReLUSAE(JumpReLUSAEConfig(d_in=D, d_sae=M, apply_b_dec_to_input=False))
    state = {name: fill(name, t, generator) for name, t in sae.state_dict().items()}
    if arrays:
        state["b_enc"], state["b_dec"] = state["b_enc"].half(), state["b_dec"].double()
        np.savez(folder / "params.npz", **{name: t.numpy() for name, t in state.items()})
    else:
        save_file({name.replace("W_", "w_"): t for name, t in state.items()}, folder / "params.safetensors")
    sae.load_state_dict({name: t.float() for name, t in state.items()})
    with torch.no_grad():
        latents = sae.encode(x)
        save_file({"x": x, "latents": latents, "recon": sae.decode(latents)}, folder / "golden.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN, help="folder of the golden files")
    out = parser.parse_args().out
    x = torch.randn(BATCH, D, generator=torch.Generator().manual_seed(5)) * 1.5
    for case in CASES:
        folder = out / case
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(case, folder, x)
    for name in ("release-npz", "release-safetensors"):
        shutil.rmtree(out / name, ignore_errors=True)
        release(out / name, x, arrays=name == "release-npz")


if __name__ == "__main__":
    main()
