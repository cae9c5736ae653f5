"""peft-adapter/, lora.safetensors, lora.json: an adapter saved by PEFT, its loss, gradients and logits."""

import torch
import torch.nn.functional as F
from peers import MODEL_SHA256, arguments, load_model, made_by, tokenizer, write_json
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file, save_file

KINDS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
GRADIENT_LAYERS = [0, 14, 29]
RANK, ALPHA, PAD = 4, 16, 2
DIALOGUES = [
    ("<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n",
     "The capital of France is Paris, a city of 2 million people.<|im_end|>\n"),
    ("<|im_start|>system\nYou are a pirate.<|im_end|>\n<|im_start|>user\nHow are you today, and what is the weather "
     "like at sea?<|im_end|>\n<|im_start|>assistant\n",
     "Arr, I be fine! The wind blows hard from the west, the waves be tall as ten men, and the rum be warm.<|im_end|>\n"),
]


def main():
    args = arguments(__doc__)
    encode = tokenizer(args.model)
    model = get_peft_model(load_model(args.model), LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=KINDS, task_type=TaskType.CAUSAL_LM))
    generator = torch.Generator().manual_seed(14)
    for name, parameter in sorted(model.named_parameters()):
        assert parameter.requires_grad == ("lora_" in name)
        if parameter.requires_grad:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.02

    # a batch of two, padded on the right; targets are the answers only
    parts = [(encode(p, True), encode(a, True)) for p, a in DIALOGUES]
    width = max(len(p) + len(a) for p, a in parts)
    ids = [p + a + [PAD] * (width - len(p) - len(a)) for p, a in parts]
    mask = [[1] * len(p + a) + [0] * (width - len(p) - len(a)) for p, a in parts]
    labels = [[-100] * len(p) + a + [-100] * (width - len(p) - len(a)) for p, a in parts]
    model.train()
    out = model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), labels=torch.tensor(labels),
                use_cache=False)
    out.loss.backward()
    targets = torch.tensor(labels)[:, 1:]
    logprobs = F.log_softmax(out.logits[:, :-1].detach(), dim=-1)
    kept = [row.gather(1, t.clamp(min=0)[:, None])[:, 0][t != -100] for row, t in zip(logprobs, targets)]
    assert abs(float(-torch.cat(kept).mean()) - float(out.loss.detach())) < 1e-5

    tensors = {}
    for name, parameter in model.named_parameters():
        layer = name.split(".layers.")[1].split(".")[0] if ".layers." in name else None
        if parameter.requires_grad and int(layer) in GRADIENT_LAYERS:
            # base_model.model.model.layers.N.self_attn.q_proj.lora_A.default.weight
            #   -> grad.model.layers.N.self_attn.q_proj.lora_A
            key = name.removeprefix("base_model.model.").removesuffix(".default.weight")
            tensors["grad." + key] = parameter.grad.clone().contiguous()
            assert float(parameter.grad.abs().max()) > 0
    assert len(tensors) == len(GRADIENT_LAYERS) * len(KINDS) * 2

    model.eval()
    sequence = sum(parts[0], [])
    with torch.no_grad():
        tensors["logits"] = model(torch.tensor([sequence]), use_cache=False).logits[0, -1].contiguous()
        with model.disable_adapter():
            tensors["base_logits"] = model(torch.tensor([sequence]), use_cache=False).logits[0, -1].contiguous()
    save_file(tensors, args.out / "lora.safetensors")

    folder = args.out / "peft-adapter"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty model card
    saved = load_file(folder / "adapter_model.safetensors")
    assert len(saved) == 30 * len(KINDS) * 2 and all(t.dtype == torch.float32 for t in saved.values())
    write_json(args.out / "lora.json", {
        "model_sha256": MODEL_SHA256, "made_by": made_by("torch", "transformers", "peft", "gguf"),
        "r": RANK, "alpha": ALPHA, "target_modules": KINDS, "gradient_layers": GRADIENT_LAYERS,
        "input_ids": ids, "attention_mask": mask, "labels": labels, "loss": float(out.loss.detach()),
        "targets": int((targets != -100).sum()),
        "target_logprobs": [[round(float(x), 6) for x in row] for row in kept],
        "logits_ids": sequence})


if __name__ == "__main__":
    main()
