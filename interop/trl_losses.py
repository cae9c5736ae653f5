"""trl/CASE/: what TRL's own trainers compute on fixed batches of the families' tiny models, in fp32.

The batches go through TRL's whole data path (dataset, tokenizer, collator, KL pairs); the losses are those of
SFTTrainer.compute_loss and KTOTrainer.compute_loss, the gradients those of their backward pass.
"""

import argparse
import pathlib
import random
import tempfile

import torch
from datasets import Dataset, disable_progress_bars
from families import KINDS, CLASSES
from peers import GOLDEN, made_by, write_json
from peft import LoraConfig, PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from trl import KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

CASES = ["llama", "qwen3", "gemma3"]
END = 1  # the end-of-turn token
KTO = [dict(beta=0.1, desirable_weight=1.0, undesirable_weight=1.0),
       dict(beta=0.35, desirable_weight=1.3, undesirable_weight=0.8)]
COMMON = dict(output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False, gradient_checkpointing=False, report_to="none",
              disable_tqdm=True, dataloader_pin_memory=False, max_length=None)


def tokenizer(vocab):
    """Token 17 is the word <17>."""
    words = Tokenizer(models.WordLevel({f"<{i}>": i for i in range(vocab)}, unk_token="<0>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, eos_token=f"<{END}>", pad_token="<0>")


def words(ids):
    return "".join(f" <{i}>" for i in ids)


def load(folder, family):
    cls = CLASSES[family][1]
    model = cls.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    model.config._name_or_path = str(folder)
    return model


def gradients(trainer, batch, prefix):
    """The loss, and the gradient of every parameter that is trained, under Assay's names."""
    model = trainer.model.train()
    model.zero_grad()
    loss = trainer.compute_loss(model, batch)
    loss.backward()
    found = {}
    for name, p in model.named_parameters():
        if p.grad is None or ".ref." in name:
            continue
        name = name.removeprefix("base_model.model.").removeprefix("model.").removesuffix(".default.weight")
        found[prefix + name] = p.grad.clone().contiguous()
    return float(loss.detach()), found


def lora(folder):
    """The configuration of the family's adapter `a`, and its weights."""
    config = LoraConfig.from_pretrained(folder / "adapters/a")
    config.inference_mode = False
    return config, load_file(folder / "adapters/a/adapter_model.safetensors")


def texts(rng, vocab, n):
    """Dialogues: which tokens are the assistant's."""
    rows = []
    for _ in range(n):
        ids, mask = [], []
        for _ in range(rng.randint(1, 3)):
            for mine in (0, 1):
                turn = [rng.randrange(2, vocab) for _ in range(rng.randint(2, 9))] + [END]
                ids += turn
                mask += [mine] * len(turn)
        rows.append({"input_ids": ids, "assistant_masks": mask})
    return rows


def sft(folder, family, rows, adapter, prefix):
    model = load(folder, family)
    config, weights = lora(folder)
    trainer = SFTTrainer(
        model, args=SFTConfig(per_device_train_batch_size=len(rows), shuffle_dataset=False, **COMMON),
        train_dataset=Dataset.from_list(rows), processing_class=tokenizer(model.config.vocab_size),
        peft_config=config if adapter else None)
    if adapter:
        set_peft_model_state_dict(trainer.model, weights)
    return gradients(trainer, fixed(trainer, rows), prefix)


def fixed(trainer, rows):
    """TRL's batch of all rows, in their order."""
    dataset = trainer.train_dataset
    keep = {"input_ids", "labels", "prompt_ids", "completion_ids", "KL_completion_ids", "label"}
    return trainer.data_collator([{k: v for k, v in dataset[i].items() if k in keep} for i in range(len(rows))])


def preferences(rng, vocab, n):
    rows = []
    for i in range(n):
        rows.append({"prompt": [rng.randrange(2, vocab) for _ in range(rng.randint(2, 12))],
                     "completion": [rng.randrange(2, vocab) for _ in range(rng.randint(1, 8))] + [END],
                     "label": i % 2 == 0 if i < 2 else rng.random() < 0.5})
    return rows


def kto(folder, family, rows, settings, adapter, prefix):
    """With an adapter, the reference is the model without it; else the policy is the model with it merged."""
    model, reference = load(folder, family), None
    config, weights = lora(folder)
    if not adapter:
        reference = model
        model = PeftModel.from_pretrained(load(folder, family), folder / "adapters/a").merge_and_unload()
    trainer = KTOTrainer(
        model, ref_model=reference, args=KTOConfig(per_device_train_batch_size=len(rows), **settings, **COMMON),
        train_dataset=Dataset.from_list([{"prompt": words(r["prompt"]), "completion": words(r["completion"]),
                                          "label": r["label"]} for r in rows]),
        processing_class=tokenizer(model.config.vocab_size), peft_config=config if adapter else None)
    if adapter:
        set_peft_model_state_dict(trainer.model, weights)
        assert get_peft_model_state_dict(trainer.model).keys() == weights.keys()
    else:
        for p in trainer.model.parameters():
            p.requires_grad_(True)
    batch = fixed(trainer, rows)
    assert [r["prompt"] + r["completion"] for r in rows] == [
        ids[mask.bool()].tolist() for ids, mask in zip(batch["input_ids"], batch["attention_mask"])]
    loss, found = gradients(trainer, batch, prefix)
    return loss, found, {name: values[-1] for name, values in trainer._metrics["train"].items()
                         if name.startswith(("rewards/", "logps/")) or name == "kl"}


def write(name, folder, seed, out):
    family = name.split("-")[0]
    rng = random.Random(f"trl {name} {seed}")
    vocab = load(folder, family).config.vocab_size
    tensors, cases = {}, []
    rows = texts(rng, vocab, 4)
    for adapter in (True, False):
        prefix = f"sft.{'adapter' if adapter else 'full'}."
        loss, found = sft(folder, family, rows, adapter, prefix)
        tensors |= found
        cases.append({"prefix": prefix, "objective": "sft", "adapter": adapter, "loss": loss, "rows": rows})
    for n, settings in enumerate(KTO):
        # a batch whose KL estimate is above 0, and one where it is cut off at 0
        for _ in range(50):
            rows = preferences(rng, vocab, 5)
            loss, found, metrics = kto(folder, family, rows, settings, True, f"kto{n}.adapter.")
            if (metrics["kl"] > 0) == (n == 1):
                break
        for adapter in (True, False):
            prefix = f"kto{n}.{'adapter' if adapter else 'full'}."
            loss, found, metrics = kto(folder, family, rows, settings, adapter, prefix)
            if adapter or n == 1:
                tensors |= found
            cases.append({"prefix": prefix, "objective": "kto", "adapter": adapter, "loss": loss, "metrics": metrics,
                          "settings": settings, "gradients": adapter or n == 1, "rows": rows})
    out = out / name
    out.mkdir(parents=True, exist_ok=True)
    save_file({k: v.float().contiguous() for k, v in tensors.items()}, out / "trl.safetensors")
    write_json(out / "trl.json", {"made_by": made_by("torch", "transformers", "peft", "trl"), "seed": seed, "end": END,
                                  "cases": cases})
    for case in cases:
        print(name, case["prefix"], case["loss"], case.get("metrics", ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=pathlib.Path, default=GOLDEN / "families", help="what families.py wrote")
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN / "trl", help="folder of the cases")
    parser.add_argument("--seed", type=int, default=0, help="other batches")
    parser.add_argument("--only", nargs="*", default=CASES, help="which families")
    args = parser.parse_args()
    torch.set_num_threads(1)
    disable_progress_bars()
    for name in args.only:
        write(name, args.families / name, args.seed, args.out)


if __name__ == "__main__":
    main()
