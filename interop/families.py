"""families/CASE/: a tiny random model of each family as a Hugging Face folder, and what transformers makes of it.

With --seed other than 0 the sizes and options are drawn at random too: for checks beyond the committed cases.
"""

import argparse
import json
import pathlib
import random

import torch
from insides import insides
from peers import GOLDEN, made_by, write_json
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import save_file
from transformers import (Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM, Qwen2Config,
                          Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM)

KINDS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CLASSES = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM),
           "qwen3": (Qwen3Config, Qwen3ForCausalLM), "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM)}
LENGTH, STEPS = 23, 20
LLAMA3 = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 3.0,
          "original_max_position_embeddings": 12}


def shape(layers, hidden, heads, kv, head_dim, ff, vocab, **more):
    return dict(num_hidden_layers=layers, hidden_size=hidden, num_attention_heads=heads, num_key_value_heads=kv,
                head_dim=head_dim, intermediate_size=ff, vocab_size=vocab, max_position_embeddings=96,
                rms_norm_eps=1e-5, bos_token_id=None, eos_token_id=None, pad_token_id=None, **more)


def gemma_rope(theta, local, **scaling):
    return {"full_attention": {"rope_theta": theta, "rope_type": "default", **scaling},
            "sliding_attention": {"rope_theta": local, "rope_type": "default"}}


def cases():
    """name -> (family, configuration, how it is saved)"""
    default = {"rope_type": "default", "rope_theta": 300.0}
    return {
        "llama": ("llama", shape(3, 28, 4, 2, 10, 37, 101, rope_parameters=LLAMA3, attention_bias=True, mlp_bias=True,
                                 tie_word_embeddings=False), {}),
        "llama-linear": ("llama", shape(3, 24, 4, 1, 6, 31, 97, tie_word_embeddings=True, rope_parameters={
            "rope_type": "linear", "rope_theta": 200.0, "factor": 3.0}), {"dtype": torch.bfloat16, "old": True}),
        "qwen2": ("qwen2", shape(3, 24, 3, 1, 8, 29, 103, rope_parameters=default, tie_word_embeddings=False,
                                 use_sliding_window=False, sliding_window=5, max_window_layers=1), {"shards": "8KB"}),
        "qwen2-window": ("qwen2", shape(3, 32, 4, 2, 8, 33, 97, rope_parameters=default, tie_word_embeddings=True,
                                        use_sliding_window=True, sliding_window=5, max_window_layers=1),
                         {"dtype": torch.float16}),
        "qwen3": ("qwen3", shape(3, 28, 4, 2, 12, 35, 107, rope_parameters=default, tie_word_embeddings=True), {}),
        "gemma3-six": ("gemma3", shape(7, 20, 4, 1, 8, 26, 109, query_pre_attn_scalar=8, sliding_window=4,
                                       rope_parameters=gemma_rope(1000.0, 10000.0), tie_word_embeddings=True), {}),
        "gemma3": ("gemma3", shape(7, 24, 4, 2, 10, 30, 113, query_pre_attn_scalar=14, sliding_window=5,
                                   rope_parameters=gemma_rope(1000.0, 50.0, rope_type="linear", factor=2.0),
                                   sliding_window_pattern=3), {"old": True}),
    }


def random_case(name, rng):
    """The case's family with other sizes and options."""
    family = name.split("-")[0]
    heads, kv = rng.choice([(4, 1), (4, 2), (4, 4), (6, 3), (2, 1)])
    head_dim = 2 * rng.randint(3, 9)
    c = shape(rng.randint(3, 7), heads * rng.randint(5, 9), heads, kv, head_dim, rng.randint(20, 60),
              rng.randint(90, 140), tie_word_embeddings=rng.random() < 0.5)
    theta = rng.choice([50.0, 300.0, 10000.0])
    if family == "gemma3":
        scaling = rng.choice([{}, {"rope_type": "linear", "factor": rng.choice([2.0, 8.0])}])
        c.update(query_pre_attn_scalar=rng.choice([7, 16, 30]), sliding_window=rng.randint(2, 9),
                 rope_parameters=gemma_rope(theta, 10.0, **scaling), tie_word_embeddings=rng.random() < 0.8)
        if rng.random() < 0.5:
            c["sliding_window_pattern"] = rng.randint(2, 4)
        else:
            c["layer_types"] = [rng.choice(["full_attention", "sliding_attention"])
                                for _ in range(c["num_hidden_layers"])]
        c["attention_bias"] = rng.random() < 0.3
    else:
        c["rope_parameters"] = rng.choice([
            {"rope_type": "default", "rope_theta": theta}, {"rope_type": "linear", "rope_theta": theta, "factor": 2.5},
            {**LLAMA3, "rope_theta": theta, "original_max_position_embeddings": rng.choice([8, 20, 40])}])
    if family == "llama":
        c.update(attention_bias=rng.random() < 0.5, mlp_bias=rng.random() < 0.5)
    if family == "qwen3":
        c.update(attention_bias=rng.random() < 0.5)
    if family == "qwen2":
        c["head_dim"] = c["hidden_size"] // heads
        if c["head_dim"] % 2:
            c["hidden_size"] = heads * (c["head_dim"] + 1)
            c["head_dim"] += 1
    if family.startswith("qwen"):
        c.update(use_sliding_window=rng.random() < 0.5, sliding_window=rng.randint(2, 9), max_window_layers=1)
    how = {"dtype": rng.choice([torch.float32, torch.float32, torch.float16, torch.bfloat16]),
           "old": rng.random() < 0.5}
    if rng.random() < 0.3:
        how["shards"] = "10KB"
    return family, c, how


def randomise(model, generator, dtype):
    """Weights of a size at which every part matters, rounded to the type that they are stored in."""
    for name, p in sorted(model.named_parameters()):
        noise = torch.randn(p.shape, generator=generator)
        if "norm" in name:
            value = noise * 0.4 + (0 if "Gemma" in type(model).__name__ else 1)
        elif p.dim() == 1:
            value = noise * 0.3
        elif "embed" in name:
            value = noise * 0.6 / getattr(model.model.embed_tokens, "scalar_embed_scale", 1.0)
        else:
            value = noise * 1.3 / p.shape[1] ** 0.5
        p.data = value.to(dtype).float()


def sites(model, ids):
    """Every site's numbers in a pass over one sequence, without the batch dimension."""
    seen, handles = {}, []

    def keep(name, module, before=False):
        if before:
            handles.append(module.register_forward_pre_hook(
                lambda m, args, kwargs: seen.__setitem__(name, args[0] if args else kwargs["hidden_states"]),
                with_kwargs=True))
        else:
            handles.append(module.register_forward_hook(
                lambda m, args, out: seen.__setitem__(name, out[0] if isinstance(out, tuple) else out)))

    gemma = "Gemma" in type(model).__name__
    keep("embedding", model.model.embed_tokens)
    for i, layer in enumerate(model.model.layers):
        keep(f"resid_pre:{i}", layer, before=True)
        keep(f"attn_z:{i}", layer.self_attn.o_proj, before=True)
        keep(f"attn_out:{i}", layer.post_attention_layernorm if gemma else layer.self_attn)
        keep(f"resid_mid:{i}", layer.pre_feedforward_layernorm if gemma else layer.post_attention_layernorm, before=True)
        keep(f"mlp_in:{i}", layer.mlp, before=True)
        keep(f"mlp_out:{i}", layer.post_feedforward_layernorm if gemma else layer.mlp)
        keep(f"resid_post:{i}", layer)
    keep("final_norm", model.model.norm)
    out = model(torch.tensor([ids]), output_attentions=True, use_cache=False)
    for h in handles:
        h.remove()
    seen = {k: v[0].contiguous().clone() for k, v in seen.items()}
    heads = model.config.num_attention_heads
    seen |= {k: v.view(len(ids), heads, -1) for k, v in seen.items() if k.startswith("attn_z")}
    seen |= {f"attn_pattern:{i}": a[0].contiguous() for i, a in enumerate(out.attentions)}
    seen["logits"] = out.logits[0].contiguous()
    return seen


def greedy(model, prompt):
    """The likeliest tokens without a cache, and by how much each is likelier than the next."""
    ids, margins = list(prompt), []
    for _ in range(STEPS):
        best = model(torch.tensor([ids]), use_cache=False).logits[0, -1].topk(2)
        ids.append(int(best.indices[0]))
        margins.append(round(float(best.values[0] - best.values[1]), 6))
    return {"prompt": prompt, "ids": ids[len(prompt):], "margins": margins}


def old_form(path, family):
    """config.json as transformers 4 wrote it."""
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    if family == "gemma3":
        config["rope_theta"] = rope["full_attention"].pop("rope_theta")
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        if config.get("_sliding_window_pattern"):
            config["sliding_window_pattern"] = config.pop("_sliding_window_pattern")
        rope = rope["full_attention"]
    else:
        config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    path.write_text(json.dumps(config, indent=1) + "\n")


def adapters(model, ids, folder, generator):
    """Adapters saved by PEFT in folder/a, folder/b and their concatenation folder/cat; last logits with each."""
    upper = model.config.num_hidden_layers - 1
    peft = get_peft_model(model, LoraConfig(r=2, lora_alpha=5, target_modules=KINDS, task_type=TaskType.CAUSAL_LM),
                          adapter_name="a")
    peft.add_adapter("b", LoraConfig(
        r=3, lora_alpha=4, target_modules=["q_proj", "v_proj", "down_proj"], use_rslora=True, task_type=TaskType.CAUSAL_LM,
        rank_pattern={"q_proj": 1, f"layers.{upper}.mlp.down_proj": 4}, alpha_pattern={"down_proj": 9}))
    for name, p in sorted(peft.named_parameters()):
        if "lora_" in name:
            p.data = torch.randn(p.shape, generator=generator) * 0.25
    peft.add_weighted_adapter(["a", "b"], [1.0, 1.0], "cat", combination_type="cat")
    logits = {}
    for name in ["a", "b", "cat"]:
        peft.set_adapter(name)
        logits["adapter." + name] = peft(torch.tensor([ids]), use_cache=False).logits[0, -1].clone()
    peft.save_pretrained(folder)
    for path in folder.rglob("README.md"):
        path.unlink()
    peft.set_adapter("a")
    for path in folder.rglob("adapter_config.json"):
        config = json.loads(path.read_text())
        config["base_model_name_or_path"] = "tiny"
        for key in ["target_modules"]:
            config[key] = sorted(config[key])
        path.write_text(json.dumps(config, indent=1) + "\n")
    peft.unload()
    return logits


def gguf(model, path):
    """The model as a GGUF file, with llama.cpp's names, row order and norms (convert_hf_to_gguf.py)."""
    from gguf import GGUFWriter

    config, family = model.config, model.config.model_type.removesuffix("_text")
    writer = GGUFWriter(path, family)
    rope = config.rope_parameters
    heads, kv = config.num_attention_heads, config.num_key_value_heads
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv)
    writer.add_key_length(model.model.layers[0].self_attn.head_dim)
    writer.add_value_length(model.model.layers[0].self_attn.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if family == "gemma3":
        writer.add_sliding_window(config.sliding_window)
        rope = rope["full_attention"]
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf_linear())
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "llama3":
        plain = 1.0 / rope["rope_theta"] ** (torch.arange(0, config.head_dim, 2).float() / config.head_dim)
        writer.add_tensor("rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq).numpy())
    names = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
             "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
             "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
             "mlp.down_proj": "ffn_down", "pre_feedforward_layernorm": "ffn_norm",
             "post_feedforward_layernorm": "post_ffw_norm",
             "post_attention_layernorm": "post_attention_norm" if family == "gemma3" else "ffn_norm"}
    top = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    for name, w in model.state_dict().items():
        module, what = name.rsplit(".", 1)
        if module == "lm_head" and config.tie_word_embeddings:
            continue
        if family == "gemma3" and "norm" in module:
            w = w + 1
        if family == "llama" and ("q_proj" in module or "k_proj" in module):
            n = heads if "q_proj" in module else kv
            w = w.reshape(n, 2, w.shape[0] // n // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)
        if module.startswith("model.layers."):
            _, _, layer, kind = module.split(".", 3)
            module = f"blk.{layer}.{names[kind]}"
        else:
            module = top[module]
        writer.add_tensor(f"{module}.{what}", w.contiguous().float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def in_gguf(config):
    """Whether llama.cpp's metadata can say what the configuration says: it knows one pattern of Gemma's windows."""
    if config.model_type.startswith("qwen"):
        return not config.use_sliding_window and getattr(config, "attention_bias", False) in (False, None)
    if config.model_type != "gemma3_text":
        return True
    pattern = ["full_attention" if (i + 1) % 6 == 0 else "sliding_attention" for i in range(config.num_hidden_layers)]
    return (config.layer_types == pattern and config.query_pre_attn_scalar == config.head_dim
            and config.rope_parameters["sliding_attention"]["rope_theta"] == 10000.0)


def gguf_linear():
    from gguf import RopeScalingType

    return RopeScalingType.LINEAR


def write(name, case, seed, out):
    family, values, how = case
    rng, generator = random.Random(f"{name} {seed}"), torch.Generator().manual_seed(seed + 14)
    configuration, cls = CLASSES[family]
    torch.manual_seed(0)
    model = cls._from_config(configuration(**values), attn_implementation="eager").float().eval()
    dtype = how.get("dtype", torch.float32)
    randomise(model, generator, dtype)
    folder = out / name
    model.to(dtype).save_pretrained(folder, max_shard_size=how.get("shards", "1GB"))
    (folder / "generation_config.json").unlink(missing_ok=True)
    if how.get("old"):
        old_form(folder / "config.json", family)
    model = cls.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = [rng.randrange(values["vocab_size"]) for _ in range(LENGTH)]
    with torch.no_grad():
        tensors = sites(model, ids)
        save_file(insides(model, ids), folder / "insides.safetensors")
        if in_gguf(model.config):
            gguf(model, folder / "model.gguf")
        texts = [greedy(model, ids[:n]) for n in (LENGTH, 7, 1)]
        tensors |= adapters(model, ids, folder / "adapters", generator)
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "golden.safetensors")
    write_json(folder / "golden.json", {"made_by": made_by("torch", "transformers", "peft", "gguf"), "seed": seed, "ids": ids,
                                        "cases": texts})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN / "families", help="folder of the cases")
    parser.add_argument("--seed", type=int, default=0, help="0 makes the committed cases, others random ones")
    parser.add_argument("--only", help="one case")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name, case in cases().items():
        if args.only in (None, name):
            write(name, random_case(name, random.Random(f"{name}/{args.seed}")) if args.seed else case, args.seed, args.out)
            print(name)


if __name__ == "__main__":
    main()
