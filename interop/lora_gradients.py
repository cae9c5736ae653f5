"""lora.safetensors, its grad.* tensors: the gradients of lora.json's batch by PEFT in fp64, as fp32 numbers.

In fp32 these gradients differ by up to 3e-4 of a tensor's largest number between processors (PEFT beside PEFT), and by up to
5e-4 from what fp64 gives. transformers casts norms and rotary angles to fp32 whatever the model's type: that is undone here.
"""

import json
import types

import torch
from peers import arguments, load_model
from peft import PeftModel
from safetensors.torch import load_file, save_file


def norm(self, x):
    return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))


def rotary(self, x, position_ids):
    width = 2 * self.inv_freq.shape[0]
    theta = self.config.rope_parameters["rope_theta"]
    inverse = 1.0 / theta ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = position_ids[..., None].double() * inverse
    angles = torch.cat((angles, angles), -1)
    return angles.cos(), angles.sin()


def main():
    args = arguments(__doc__)
    case = json.loads((args.out / "lora.json").read_text(encoding="utf-8"))
    golden = load_file(args.out / "lora.safetensors")
    model = load_model(args.model).double()
    for module in model.modules():
        if type(module).__name__ == "LlamaRMSNorm":
            module.forward = types.MethodType(norm, module)
        if type(module).__name__ == "LlamaRotaryEmbedding":
            module.forward = types.MethodType(rotary, module)
    model = PeftModel.from_pretrained(model, args.out / "peft-adapter", is_trainable=True).double().train()
    logits = model(
        input_ids=torch.tensor(case["input_ids"]), attention_mask=torch.tensor(case["attention_mask"]), use_cache=False
    ).logits
    targets = torch.tensor(case["labels"])[:, 1:].flatten()
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), targets, ignore_index=-100)
    assert abs(float(loss) / case["loss"] - 1) < 1e-5
    loss.backward()
    written = 0
    for name, parameter in model.named_parameters():
        key = "grad." + name.removeprefix("base_model.model.").removesuffix(".default.weight")
        if key in golden:
            golden[key] = parameter.grad.float().contiguous()
            written += 1
    assert written == sum(name.startswith("grad.") for name in golden)
    save_file(golden, args.out / "lora.safetensors")


if __name__ == "__main__":
    main()
