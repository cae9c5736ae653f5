"""families/CASE/insides.safetensors: patched logits, direct logit attribution and logit lens, with transformers' modules.

For the folders that families.py made; it calls this for those that it makes.
"""

import argparse
import json
import pathlib

import torch
from peers import GOLDEN
from safetensors.torch import load_file, save_file

FIRST, SECOND = 9, 14  # the positions at which the corrupted prompt differs


def is_gemma(model):
    return "Gemma" in type(model).__name__


def places(model):
    """Site -> (module, whether the site is what goes into it). What lies inside a block is before what follows it."""
    gemma = is_gemma(model)
    out = {"embedding": (model.model.embed_tokens, False)}
    for i, layer in enumerate(model.model.layers):
        out[f"resid_pre:{i}"] = layer, True
        out[f"attn_z:{i}"] = layer.self_attn.o_proj, True
        out[f"attn_out:{i}"] = layer.post_attention_layernorm if gemma else layer.self_attn, False
        out[f"resid_mid:{i}"] = layer.pre_feedforward_layernorm if gemma else layer.post_attention_layernorm, True
        out[f"mlp_in:{i}"] = layer.mlp, True
        out[f"mlp_out:{i}"] = layer.post_feedforward_layernorm if gemma else layer.mlp, False
        out[f"resid_post:{i}"] = layer, False
    return out


def run(model, ids, place=None, change=None):
    """Logits of the last position; `change` gets the place's numbers and writes over them."""
    handle = None
    if place:
        module, before = place

        def pre(m, args, kwargs):
            change(args[0] if args else kwargs["hidden_states"])

        def post(m, args, out):
            change(out[0] if isinstance(out, tuple) else out)

        handle = module.register_forward_pre_hook(pre, with_kwargs=True) if before else module.register_forward_hook(post)
    logits = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
    if handle:
        handle.remove()
    return logits.clone()


def read(model, ids, place):
    seen = []
    run(model, ids, place, lambda x: seen.append(x[0].clone()))
    return seen[0]


def patched(model, clean, corrupted):
    """The corrupted prompt's last logits with one place's numbers of the clean one: at a position, or a head's at all."""
    heads = model.config.num_attention_heads
    out = {}
    for site, place in places(model).items():
        source = read(model, clean, place)
        if site.startswith("attn_z"):
            width = source.shape[-1] // heads
            cells = [(slice(None), slice(h * width, (h + 1) * width)) for h in range(heads)]
        else:
            cells = [(p, slice(None)) for p in (FIRST, len(clean) - 1)]
        out[f"patched.{site}"] = torch.stack([
            run(model, corrupted, place, lambda x: x[0].__setitem__(cell, source[cell])) for cell in cells])
    return out


def scaled(model, norm, part, at):
    """What a norm makes of a part of its input, with the scale that the whole input gives it."""
    weight = 1 + norm.weight if is_gemma(model) else norm.weight
    return part * torch.rsqrt(at.pow(2).mean() + model.config.rms_norm_eps) * weight


def attribution(model, ids, answer, against):
    """Parts of the last position's logit difference: embedding, attention and feed-forward of each block; heads, biases."""
    where = places(model)
    last = {site: read(model, ids, place)[-1] for site, place in where.items()}
    end = last[f"resid_post:{len(model.model.layers) - 1}"]
    direction = model.lm_head.weight[answer] - model.lm_head.weight[against]

    def worth(part):
        return scaled(model, model.model.norm, part, end) @ direction

    parts, heads, biases = [worth(last["embedding"])], [], []
    for i, layer in enumerate(model.model.layers):
        parts += [worth(last[f"attn_out:{i}"]), worth(last[f"mlp_out:{i}"])]
        o = layer.self_attn.o_proj
        z = last[f"attn_z:{i}"].view(model.config.num_attention_heads, -1)
        columns = o.weight.view(o.weight.shape[0], z.shape[0], z.shape[1])
        added = [columns[:, h] @ z[h] for h in range(len(z))] + [torch.zeros(o.weight.shape[0]) if o.bias is None else o.bias]
        if is_gemma(model):
            whole = sum(added)
            added = [scaled(model, layer.post_attention_layernorm, a, whole) for a in added]
        values = [worth(a) for a in added]
        heads.append(torch.stack(values[:-1]))
        biases.append(values[-1])
    logits = run(model, ids)
    assert abs(sum(parts) - (logits[answer] - logits[against])) < 1e-4
    return {"attribution.parts": torch.stack(parts), "attribution.heads": torch.stack(heads),
            "attribution.biases": torch.stack(biases), "attribution.total": (logits[answer] - logits[against]).reshape(1)}


def lens(model, ids):
    """Final norm and unembedding of the residual stream at the last position."""
    return {f"lens.{site}": model.lm_head(model.model.norm(read(model, ids, place)[-1]))
            for site, place in places(model).items() if site == "embedding" or site.startswith("resid")}


def insides(model, clean):
    vocab = model.config.vocab_size
    corrupted = list(clean)
    corrupted[FIRST] = (clean[FIRST] + 1) % vocab
    corrupted[SECOND] = (clean[SECOND] + 7) % vocab
    answer = int(run(model, clean).argmax())
    against = (answer + 11) % vocab
    tensors = {"clean": torch.tensor(clean), "corrupted": torch.tensor(corrupted),
               "answers": torch.tensor([answer, against])}
    tensors |= patched(model, clean, corrupted) | attribution(model, clean, answer, against) | lens(model, clean)
    return {k: v.contiguous() for k, v in tensors.items()}


def main():
    from families import CLASSES

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN / "families", help="folder of the cases")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for folder in sorted(p.parent for p in args.out.glob("*/golden.json")):
        family = folder.name.split("-")[0]
        model = CLASSES[family][1].from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            save_file(insides(model, json.loads((folder / "golden.json").read_text())["ids"]), folder / "insides.safetensors")
        print(folder.name)


if __name__ == "__main__":
    main()
