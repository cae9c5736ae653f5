"""logits.safetensors, logits.json: transformers' fp32 logits and residual stream on the dequantised model."""

import torch
from peers import MODEL_SHA256, arguments, load_model, made_by, tokenizer, write_json
from safetensors.torch import save_file

TEXT = ("The river had risen in the night. By morning the lower road was gone, and 37 people from the village of "
        "Santa Marta stood on the hill, looking at the brown water. \"It'll drop,\" said the old man; nobody "
        "answered. Über den Bergen hing Nebel.\n\nfor (int i = 0; i < n; i++) {\n    sum += a[i] * b[i];\n}\n"
        "He had seen it three times before: in 1958, in 1983, and once more when his daughter was born. ")
CHAT = "<|im_start|>user\nWrite a haiku about rain.<|im_end|>\n<|im_start|>assistant\n"
HIDDEN_CASE = 2
LAYERS = {0: "embedding", 1: "layer_1", 15: "layer_15", 30: "layer_30"}


def main():
    args = arguments(__doc__)
    encode = tokenizer(args.model)
    model = load_model(args.model)
    ids = encode(TEXT * 2, False)
    random = torch.randint(17, 49152, (48,), generator=torch.Generator().manual_seed(1)).tolist()
    sequences = [ids[:5], ids[5:14], encode(CHAT, True), ids[20:53], random, ids[:64], ids[30:120], ids[:120]]
    assert len({len(s) for s in sequences}) == 8 and max(map(len, sequences)) == 120

    tensors, last = {}, []
    seen = {}
    hooks = [model.model.embed_tokens.register_forward_hook(lambda _m, _i, out: seen.__setitem__(0, out))]
    for n in LAYERS:
        if n:
            hooks.append(model.model.layers[n - 1].register_forward_hook(
                lambda _m, _i, out, n=n: seen.__setitem__(n, out[0] if isinstance(out, tuple) else out)))
    with torch.no_grad():
        for case, sequence in enumerate(sequences):
            out = model(torch.tensor([sequence]), output_hidden_states=True, use_cache=False)
            last.append(out.logits[0, -1])
            if case == HIDDEN_CASE:
                for n, name in LAYERS.items():
                    tensors[f"hidden.{name}"] = seen[n][0].clone().contiguous()
                    if n < 30:  # transformers' own last entry is after the final norm
                        assert torch.equal(tensors[f"hidden.{name}"], out.hidden_states[n][0])
                assert torch.equal(model.model.norm(seen[30]), out.hidden_states[30])
    tensors["logits"] = torch.stack(last).contiguous()
    assert tensors["logits"].shape == (8, 49152) and all(t.dtype == torch.float32 for t in tensors.values())
    save_file(tensors, args.out / "logits.safetensors")
    write_json(args.out / "logits.json", {
        "model_sha256": MODEL_SHA256, "made_by": made_by("torch", "transformers", "gguf"), "hidden_case": HIDDEN_CASE,
        "cases": [{"ids": s, "argmax": int(l.argmax())} for s, l in zip(sequences, last)]})


if __name__ == "__main__":
    main()
