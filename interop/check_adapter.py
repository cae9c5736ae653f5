"""Loads an adapter that Assay saved with PEFT and compares the logits Assay wrote beside it.

The folder holds adapter_config.json, adapter_model.safetensors and logits.safetensors
(`ids` int64 [n], `logits` float32 [vocab], of the last position). Exits 1 if they differ by more than 2e-3.
"""

import sys

import torch
from peers import arguments, load_model
from peft import PeftModel
from safetensors.torch import load_file

LIMIT = 2e-3


def main():
    args = arguments(__doc__, ("adapter", "the folder that Assay saved"))
    wanted = load_file(args.adapter / "logits.safetensors")
    base = load_model(args.model)
    ids = wanted["ids"].to(torch.int64)[None]
    with torch.no_grad():
        plain = base(ids, use_cache=False).logits[0, -1]
        model = PeftModel.from_pretrained(base, str(args.adapter)).eval()
        logits = model(ids, use_cache=False).logits[0, -1]
    names = {name.removeprefix("base_model.model.") for name in load_file(args.adapter / "adapter_model.safetensors")}
    loaded = {name.removeprefix("base_model.model.").replace(".default.", ".")
              for name, _ in model.named_parameters() if "lora_" in name}
    difference = float((logits - wanted["logits"]).abs().max())
    print(f"max abs difference {difference:.3g} (limit {LIMIT}); "
          f"the adapter moves the logits by up to {float((logits - plain).abs().max()):.3g}")
    if names != loaded:
        print(f"tensors saved but not loaded: {sorted(names - loaded)[:3]}; "
              f"not saved: {sorted(loaded - names)[:3]}")
    sys.exit(0 if difference <= LIMIT and names == loaded else 1)


if __name__ == "__main__":
    main()
