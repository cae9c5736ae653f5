"""sae/src/test/resources/saebench/: a tiny model, small autoencoders, and what SAEBench and sae-probes say of them.

model/        a random Llama of 3 blocks as a Hugging Face folder
sae/          a JumpReLU autoencoder of 48 latents after block 1, as sae-lens saves it
core.json     sae_bench.evals.core on 4 x 16 texts of 24 tokens, one batch for variance
core.safetensors  the tokens
probes.*      sae_probes.utils_training.find_best_reg on latents of made-up tasks: L1, k = 1, 2, 5, 10, 16
splits.json   how sae-probes divides a task, and the folds of a small one
absorption.*  sae_bench's FeatureAbsorptionCalculator and k-sparse probes on made-up activations of words
"""

import argparse
import json
import pathlib
import types
import warnings

import numpy as np
import torch
from safetensors.torch import save_file
from sae_lens import JumpReLUSAE, JumpReLUSAEConfig
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions.llama import convert_llama_weights
from transformers import LlamaConfig, LlamaForCausalLM

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "sae/src/test/resources/saebench"
D, M, VOCAB, LAYER, CONTEXT = 20, 48, 97, 1, 24
BOS = 0


def write(path, value):
    path.write_text(json.dumps(value) + "\n")


def tiny_llama(folder):
    torch.manual_seed(11)
    config = LlamaConfig(
        num_hidden_layers=3, hidden_size=D, num_attention_heads=2, num_key_value_heads=1, head_dim=10,
        intermediate_size=32, vocab_size=VOCAB, max_position_embeddings=64, rms_norm_eps=1e-5, bos_token_id=BOS,
        eos_token_id=1, pad_token_id=None, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() > 1:
                p.mul_(12)  # the default is so small that every token is equally likely
    model.save_pretrained(folder)
    return model


def hooked(llama):
    c = llama.config
    cfg = HookedTransformerConfig(
        n_layers=c.num_hidden_layers, d_model=D, n_ctx=64, d_head=10, n_heads=2, n_key_value_heads=1, d_mlp=32,
        d_vocab=VOCAB, act_fn="silu", normalization_type="RMS", positional_embedding_type="rotary", rotary_dim=10,
        rotary_adjacent_pairs=False, rotary_base=10000, final_rms=True, gated_mlp=True, eps=1e-5, device="cpu",
        dtype=torch.float32, use_attn_in=False, default_prepend_bos=False)
    model = HookedTransformer(cfg)
    model.load_state_dict(convert_llama_weights(llama, cfg), strict=False)
    return model.eval()


def small_sae(folder, activations):
    """Decoder rows are directions between real activations, so that it explains a part of them."""
    g = torch.Generator().manual_seed(5)
    cfg = JumpReLUSAEConfig(d_in=D, d_sae=M)
    cfg.metadata.hook_name = f"blocks.{LAYER}.hook_resid_post"
    sae = JumpReLUSAE(cfg)
    centre = activations.mean(0)
    picks = activations[torch.randperm(len(activations), generator=g)[:M]] - centre
    w = torch.nn.functional.normalize(picks + 0.3 * torch.randn(M, D, generator=g), dim=-1)
    with torch.no_grad():
        sae.W_dec.copy_(w)
        sae.W_enc.copy_(w.T * 0.5)
        sae.b_dec.copy_(centre)
        sae.b_enc.copy_(0.05 * torch.randn(M, generator=g))
        sae.threshold.copy_(0.4 + 0.2 * torch.rand(M, generator=g))
    sae.save_model(str(folder))
    return sae


class Store:
    """What the evaluation asks of sae-lens' ActivationsStore."""

    def __init__(self, tokens):
        self.tokens, self.at, self.context_size, self.store_batch_size_prompts = tokens, 0, CONTEXT, 16

    def get_batch_tokens(self, n):
        self.at += n
        return self.tokens[self.at - n:self.at]

    def reset_input_dataset(self):
        self.at = 0


def core(out, model, sae, tokens):
    from sae_bench.evals.core import main as bench
    from sae_bench.evals.core.eval_config import CoreEvalConfig

    place = types.SimpleNamespace(  # the fields that moved to metadata in sae-lens 6
        hook_name=f"blocks.{LAYER}.hook_resid_post", hook_layer=LAYER, hook_head_index=None, d_sae=M)
    sae = types.SimpleNamespace(cfg=place, encode=sae.encode, decode=sae.decode, device=torch.device("cpu"))
    results = {}
    for name, exclude, batches in [("plain", False, 1), ("special-kept", True, 2)]:
        config = CoreEvalConfig(
            batch_size_prompts=16, n_eval_reconstruction_batches=4, n_eval_sparsity_variance_batches=batches,
            compute_kl=True, compute_ce_loss=True, compute_l2_norms=True, compute_sparsity_metrics=True,
            compute_variance_metrics=True, compute_featurewise_density_statistics=True,
            exclude_special_tokens_from_reconstruction=exclude)
        metrics, features = bench.run_evals(sae, Store(tokens), model, config, ignore_tokens={BOS})
        results[name] = {"metrics": metrics, "features": features}
    save_file({"tokens": tokens}, out / "core.safetensors")
    write(out / "core.json", results)


def probes(out):
    """Made-up latents: some tell the class, some a little, most nothing."""
    from sae_probes.run_sae_evals import get_sorted_indices, mean_act_normalization
    from sae_probes.utils_training import find_best_reg

    tensors, golden = {}, []
    for task, (n, test, latents) in enumerate([(1024, 400, 64), (300, 150, 40), (90, 120, 30)]):
        g = torch.Generator().manual_seed(100 + task)
        y = (torch.arange(n + test) % 2)[torch.randperm(n + test, generator=g)]
        y[:n] = (torch.arange(n) % 2)[torch.randperm(n, generator=g)]
        rate = 0.05 + 0.4 * torch.rand(latents, generator=g)
        lift = torch.zeros(latents)
        lift[:8] = torch.linspace(0.45, 0.05, 8) * torch.where(torch.rand(8, generator=g) < 0.3, -1.0, 1.0)
        fire = torch.rand(n + test, latents, generator=g) < (rate + lift * (y[:, None] - 0.5)).clamp(0.01, 0.99)
        size = (0.5 + 4 * torch.rand(latents, generator=g)) * (1 + 0.3 * torch.randn(n + test, latents, generator=g))
        x = torch.where(fire, size.abs(), torch.zeros(())).float()
        order = get_sorted_indices(x[:n], y[:n], mean_act_normalization)
        for k in (1, 2, 5, 10, 16):
            best = order[:k]
            found = find_best_reg(x[:n][:, best].numpy(), y[:n].numpy(), x[n:][:, best].numpy(), y[n:].numpy(),
                                  penalty="l1", seed=42)
            m = found.metrics
            golden.append({"task": task, "train": n, "k": k, "order": order[:16].tolist(), "auc": m.test_auc,
                           "f1": m.test_f1, "accuracy": m.test_acc, "validation_auc": m.val_auc})
        tensors[f"{task}.x"], tensors[f"{task}.y"] = x, y.long()
    save_file(tensors, out / "probes.safetensors")
    write(out / "probes.json", golden)


def splits(out):
    """How sae-probes divides a task of 700 texts, and folds of scikit-learn for 90 samples."""
    from sae_probes.utils_data import get_train_test_indices
    from sklearn.model_selection import StratifiedKFold

    y = np.random.RandomState(3).permutation(np.arange(700) % 2)
    train, test = get_train_test_indices(y, 600, 99, 0.5, 42)
    folds = [part.tolist() for _, part in StratifiedKFold(6, shuffle=True, random_state=42).split(y[:90], y[:90])]
    write(out / "splits.json", {"y": y.tolist(), "train": train.tolist(), "test": test.tolist(), "folds": folds})


def absorption(out):
    """Words of 6 letters in a space in which a latent for one word takes over from its letter's."""
    from sae_bench.evals.absorption.feature_absorption_calculator import FeatureAbsorptionCalculator
    from sae_bench.evals.absorption.k_sparse_probing import train_k_sparse_probes
    from sklearn.metrics import f1_score

    g = torch.Generator().manual_seed(9)
    letters, per, d, m = 6, 90, 48, 40
    directions = torch.nn.functional.normalize(torch.randn(m, d, generator=g), dim=-1)
    label = torch.arange(letters).repeat_interleave(per)
    n = len(label)
    acts = torch.zeros(n, m)
    for i in range(n):
        if i % per < 15:  # absorbed: a latent of its own, whose direction holds the letter's
            acts[i, letters + label[i]] = 2 + torch.rand(1, generator=g)
        else:
            acts[i, label[i]] = 1 + torch.rand(1, generator=g)
            if i % 4 == 0:
                acts[i, 12 + label[i]] = 0.5
        acts[i, 18 + int(torch.randint(22, (1,), generator=g))] = torch.rand(1, generator=g)
    directions[letters:2 * letters] = torch.nn.functional.normalize(
        0.8 * directions[:letters] + 0.5 * directions[letters:2 * letters], dim=-1)
    x = acts @ directions + 0.02 * torch.randn(n, d, generator=g)
    encoder = torch.linalg.pinv(directions)  # finds the latents again: a word of its own silences its letter
    perm = torch.randperm(n, generator=g)
    x, label, acts = x[perm], label[perm], acts[perm]
    split = int(0.8 * n)

    sae = types.SimpleNamespace(
        W_dec=directions, W_enc=encoder, device=torch.device("cpu"), dtype=torch.float32,
        cfg=types.SimpleNamespace(d_sae=m, hook_name="x"))
    sae.encode = lambda a: torch.relu(a @ encoder - 0.2)
    torch.manual_seed(1)
    labels = [(str(i), int(c)) for i, c in enumerate(label)]
    k_probes = train_k_sparse_probes(sae, labels[:split], x[:split], ks=[1, 2, 3, 4], precalc_sae_acts=True)
    from sae_bench.evals.absorption.probing import train_multi_probe
    probe = train_multi_probe(x[:split], torch.nn.functional.one_hot(label[:split]), num_epochs=100,
                              device=torch.device("cpu"), show_progress=False)

    calculator = FeatureAbsorptionCalculator.__new__(FeatureAbsorptionCalculator)
    defaults = dict(icl_word_list=[], word_token_pos=-1, batch_size=100000, topk_feats=10,
                    full_absorption_probe_cos_sim_threshold=0.025, absorption_fraction_probe_cos_sim_threshold=0.1,
                    probe_projection_proportion_threshold=0.4, absorption_fraction_max_absorbing_latents=3)
    for key, value in defaults.items():
        setattr(calculator, key, value)
    calculator._build_prompts = lambda words: [types.SimpleNamespace(word=w, base=w) for w in words]
    calculator._validate_prompts_are_same_length = lambda prompts: None
    test_x, test_y = x[split:], label[split:]
    test_latents = sae.encode(test_x)
    by_letter = []
    for c in range(letters):
        scores = {}
        for k in (1, 2, 3, 4):
            p = k_probes[k][c]
            scores[k] = f1_score((test_y == c).numpy(), (p(test_latents) > 0).numpy())
        best, split_latents = -100, []
        for k in (1, 2, 3, 4):
            if scores[k] <= best + 0.03:
                break
            best, split_latents = scores[k], k_probes[k][c].feature_ids.tolist()
        with torch.no_grad():
            decided = probe(test_x)[:, c] > 0
        at = torch.where(decided & (test_y == c))[0]
        calculator.model = types.SimpleNamespace(
            run_with_cache=lambda prompts, names_filter, at=at: (None, {names_filter[0]: test_x[at][:, None, :]}),
            to_tokens=lambda t: [[0]])
        found = calculator.calculate_absorption(
            sae, [str(i) for i in at.tolist()], probe.weights[c].detach(), split_latents, layer=0, show_progress=False)
        by_letter.append({
            "letter": c, "f1_by_k": list(scores.values()), "split": split_latents,
            "probe_f1": f1_score((test_y == c).numpy(), decided.numpy()), "positives": len(at),
            "fraction": float(sum(r.absorption_fraction for r in found.word_results)) / len(at),
            "full": sum(r.is_full_absorption for r in found.word_results) / len(at)})
    save_file({"x": x, "label": label.long(), "decoder": directions, "encoder": encoder.contiguous(), "probe": probe.weights.detach().clone(),
               "probe_bias": probe.biases.detach().clone()}, out / "absorption.safetensors")
    write(out / "absorption.json", {"train": split, "threshold": 0.2, "letters": by_letter})


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    llama = tiny_llama(out / "model")
    model = hooked(llama)
    g = torch.Generator().manual_seed(3)
    tokens = torch.randint(2, VOCAB, (64, CONTEXT), generator=g)
    tokens[:, 0] = BOS
    with torch.no_grad():
        theirs, ours = model(tokens[:2]), llama(tokens[:2]).logits
        apart = (theirs.log_softmax(-1) - ours.log_softmax(-1)).abs().max().item()
        assert apart < 1e-3, f"TransformerLens and transformers are {apart} apart"
        at = f"blocks.{LAYER}.hook_resid_post"
        activations = model.run_with_cache(tokens, names_filter=[at])[1][at][:, 1:].reshape(-1, D)
    core(out, model, small_sae(out / "sae", activations), tokens)
    probes(out)
    splits(out)
    absorption(out)


if __name__ == "__main__":
    main()
