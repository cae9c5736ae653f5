"""hf-tokens/CASE/: small tokenizer.json files in the manner of Llama 3, Qwen and Gemma, and the tokens of some texts."""

import argparse
import json
import pathlib

from peers import GOLDEN, made_by, write_json
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [
    "The quick brown fox jumps over the lazy dog. It's 12345 o'clock, isn't it?\n\n  Yes: naïve café 日本語 🙂 \t tabs",
    "def f(x):\n    return x**2  # square\n", "<|im_start|>user\nhello<|im_end|>\n<think>\n\n</think>",
    "  leading and trailing  ", " ", "", "a<|im_end|>b  <tool_call>c</tool_call>", "é́x́ ﬁ ½ ½½ \u00a0 z",
    "\r\n\r\n  \n x"]
CORPUS = TEXTS * 3 + ["the theory of the thing that thinks", "hello world hello there", "the square of x"] * 5
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
ADDED = ["<tool_call>", "</tool_call>", "<think>", "</think>"]
WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_level(digits, ignore_merges):
    t = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if not ignore_merges:
        t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS.replace("DIGITS", digits)), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in SPECIAL])
    t.add_tokens([AddedToken(x, normalized=False) for x in ADDED])
    t.post_processor = processors.TemplateProcessing(
        single="<|endoftext|> $A", special_tokens=[(SPECIAL[0], t.token_to_id(SPECIAL[0]))])
    return t


def byte_fallback():
    t = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<|im_start|>", "<|im_end|>"]
    t.train_from_iterator([c.encode("ascii", "ignore").decode() for c in CORPUS], trainers.BpeTrainer(
        vocab_size=400, special_tokens=special + [f"<0x{i:02X}>" for i in range(256)], show_progress=False))
    config = json.loads(t.to_str())
    config["added_tokens"] = [a for a in config["added_tokens"] if a["content"] in special]
    return Tokenizer.from_str(json.dumps(config))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN / "hf-tokens", help="folder of the cases")
    args = parser.parse_args()
    for name, t in [("llama3", byte_level(r"\p{N}{1,3}", True)), ("qwen", byte_level(r"\p{N}", False)),
                    ("gemma", byte_fallback())]:
        folder = args.out / name
        folder.mkdir(parents=True, exist_ok=True)
        t.save(str(folder / "tokenizer.json"))
        (folder / "config.json").write_text('{"model_type": "llama", "eos_token_id": 1}\n')
        (folder / "tokenizer_config.json").write_text(json.dumps({
            "eos_token": {"content": "<|im_end|>"}, "bos_token": "<bos>" if name == "gemma" else SPECIAL[0],
            "chat_template": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"},
            indent=1) + "\n")
        encoded = [(x, t.encode(x, add_special_tokens=False).ids) for x in TEXTS]
        write_json(folder / "cases.json", {"made_by": made_by("tokenizers"), "cases": [
            {"text": x, "ids": ids, "decoded": t.decode(ids)} for x, ids in encoded]})


if __name__ == "__main__":
    main()
