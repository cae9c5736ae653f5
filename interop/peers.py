"""What the scripts share: the model file read with the peers' own libraries."""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "lm/src/test/resources/golden"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def arguments(doc, *more):
    """The command line every script has: the model, then `more` (name, help), and --out."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("model", type=pathlib.Path, help="SmolLM2-135M-Instruct.Q4_1.gguf")
    for name, text in more:
        parser.add_argument(name, type=pathlib.Path, help=text)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN, help="folder of the golden files")
    args = parser.parse_args()
    digest = hashlib.sha256(args.model.read_bytes()).hexdigest()
    if digest != MODEL_SHA256:
        raise SystemExit(f"not the model the golden files are made from: sha256 {digest}")
    args.out.mkdir(parents=True, exist_ok=True)
    return args


def made_by(*packages):
    return ", ".join(f"{p} {importlib.metadata.version(p)}" for p in packages)


def write_json(path, value):
    """JSON with one case a line, so that a change is readable in a diff."""
    def line(v):
        return json.dumps(v, ensure_ascii=False)

    rows = []
    for key, v in value.items():
        if key == "cases":
            rows.append(f'"cases": [\n  ' + ",\n  ".join(line(case) for case in v) + "\n]")
        else:
            rows.append(f"{line(key)}: {line(v)}")
    text = "{\n" + ",\n".join(rows) + "\n}\n"
    assert json.loads(text) == json.loads(line(value))
    path.write_text(text, encoding="utf-8")


def metadata(model_path):
    from gguf import GGUFReader

    return {name: field.contents() for name, field in GGUFReader(model_path).fields.items()}


def control_tokens(meta):
    """Control tokens (type 3): text -> id."""
    tokens, types = meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"]
    return {t: i for i, t in enumerate(tokens) if types[i] == 3}


def tokenizer(model_path):
    """llama.cpp's tokenizer: encode(text, special) -> ids."""
    from llama_cpp import Llama

    llama = Llama(str(model_path), vocab_only=True, verbose=False)

    def encode(text, special):
        return llama.tokenize(text.encode("utf-8"), add_bos=False, special=special)

    encode.decode = lambda ids: llama.detokenize(ids, special=True)
    return encode


def load_model(model_path):
    """transformers' LlamaForCausalLM in fp32, weights dequantised by gguf-py."""
    import numpy as np
    import torch
    from gguf import GGUFReader
    from gguf.quants import dequantize
    from transformers import LlamaConfig, LlamaForCausalLM

    meta = metadata(model_path)
    assert meta["general.architecture"] == "llama"
    heads = meta["llama.attention.head_count"]
    kv_heads = meta["llama.attention.head_count_kv"]
    layers = meta["llama.block_count"]
    config = LlamaConfig(
        vocab_size=meta["llama.vocab_size"],
        hidden_size=meta["llama.embedding_length"],
        intermediate_size=meta["llama.feed_forward_length"],
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        max_position_embeddings=meta["llama.context_length"],
        rms_norm_eps=meta["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": meta["llama.rope.freq_base"]},
        tie_word_embeddings=True,
        bos_token_id=meta["tokenizer.ggml.bos_token_id"],
        eos_token_id=meta["tokenizer.ggml.eos_token_id"],
        pad_token_id=meta["tokenizer.ggml.padding_token_id"],
        attn_implementation="eager",
    )
    assert config.rope_parameters["rope_theta"] == 100000.0

    def unpermute(w, n):
        # GGUF: the two halves of a head's rotary pairs are interleaved; transformers: one after the other
        return w.reshape(n, w.shape[0] // n // 2, 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)

    names = {
        "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    }
    state = {}
    for tensor in GGUFReader(model_path).tensors:
        w = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        w = w.reshape([int(n) for n in reversed(tensor.shape)])
        if tensor.name == "token_embd.weight":
            name = "model.embed_tokens.weight"
        elif tensor.name == "output_norm.weight":
            name = "model.norm.weight"
        else:
            _, layer, kind, _ = tensor.name.split(".")
            if kind == "attn_q":
                w = unpermute(w, heads)
            if kind == "attn_k":
                w = unpermute(w, kv_heads)
            name = f"model.layers.{layer}.{names[kind]}.weight"
        state[name] = torch.from_numpy(w.copy())
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).to(torch.float32).eval()
    model.load_state_dict(state, strict=True)
    model.tie_weights()
    assert model.lm_head.weight is model.model.embed_tokens.weight
    return model
