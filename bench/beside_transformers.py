"""transformers, PEFT and llama.cpp beside Assay in one run, on the embedded model: tokens per second.

    pip install torch==2.9.1 transformers==5.23.0 peft==0.21.2 gguf==0.19.0 llama-cpp-python==0.3.36
    python beside_transformers.py [--model FILE.gguf] [--threads 2] [--rounds 2] [--what decode,shared,lora] [--without-llama]

Each round times the peers, then Assay (`assay model bench`), so that all see the same neighbours. All decode greedily: 48
tokens after 16 random ones. transformers gets the file's weights dequantised, in bf16 and in fp32 (on processors without
bf16 products bf16 is emulated, and fp32 is the faster one); llama.cpp takes the file as it is. llama.cpp's batch is one
context with N sequences. Shared prefix: 256 texts of 48 tokens after 400 common ones and 20 of their own, prompts in the
time; transformers computes the prefix once, copies its keys and values for each batch and generates in batches of the size
that is fastest. LoRA: PEFT, rank 16 on all linear maps, 8 texts of 128 tokens, AdamW.
"""
import argparse
import copy
import json
import pathlib
import subprocess
import time
import warnings

import torch
from transformers import AutoModelForCausalLM, DynamicCache

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parent.parent
ASSAY = ROOT / "assay"
MODEL = ROOT / "smollm2/src/main/resources/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
PROMPT, WRITTEN, BATCHES = 16, 48, (1, 8, 32)


def load(file, dtype):
    model = AutoModelForCausalLM.from_pretrained(str(file.parent), gguf_file=file.name, dtype=dtype)
    model.eval()
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    return model


def timed(work):
    start = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - start)


def steps(model, ids, count):
    """Greedy decoding by the plainest loop there is: generate() would add its own overhead."""
    with torch.inference_mode():
        out = model(ids, use_cache=True, logits_to_keep=1)
        start = time.perf_counter()
        for _ in range(count):
            token = out.logits[:, -1].argmax(-1, keepdim=True)
            out = model(token, past_key_values=out.past_key_values, use_cache=True)
        return ids.shape[0] * count / (time.perf_counter() - start)


def transformers_decode(model, batch):
    return steps(model, torch.randint(0, 49152, (batch, PROMPT)), WRITTEN)


def transformers_shared(model, batch):
    """Texts per second of one batch with the prefix at hand, in tokens written."""
    prefix = torch.randint(0, 49152, (1, 400))
    with torch.inference_mode():
        start = time.perf_counter()
        cache = model(prefix, use_cache=True, logits_to_keep=1).past_key_values
        common = time.perf_counter() - start
        start = time.perf_counter()
        own = copy.deepcopy(cache)
        own.batch_repeat_interleave(batch)
        ids = torch.cat([prefix.expand(batch, -1), torch.randint(0, 49152, (batch, 20))], 1)
        model.generate(ids, past_key_values=own, max_new_tokens=WRITTEN, min_new_tokens=WRITTEN, do_sample=False)
        one = time.perf_counter() - start
    return 256 * WRITTEN / (common + one * 256 / batch)


def peft_lora(model):
    from peft import LoraConfig, get_peft_model

    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=names, task_type="CAUSAL_LM"))
    model.train()
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    best = 0
    for _ in range(3):
        ids = torch.randint(0, 49152, (8, 128))

        def step():
            model(ids, labels=ids).loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            return ids.numel()

        best = max(best, timed(step))
    return best


class LlamaCpp:
    def __init__(self, file, threads):
        import llama_cpp

        self.c = llama_cpp
        self.silence = llama_cpp.llama_log_callback(lambda level, text, data: None)  # it would write thousands of lines
        llama_cpp.llama_log_set(self.silence, None)
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(str(file).encode(), llama_cpp.llama_model_default_params())
        self.threads = threads

    def decode(self, batch):
        c = self.c
        params = c.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = batch * 128, 2048, 512, batch
        params.n_threads = params.n_threads_batch = self.threads
        context = c.llama_init_from_model(self.model, params)
        vocab = c.llama_vocab_n_tokens(c.llama_model_get_vocab(self.model))
        tokens = c.llama_batch_init(max(batch, batch * PROMPT), 0, 1)

        def run(rows):
            tokens.n_tokens = len(rows)
            for i, (token, position, sequence, wanted) in enumerate(rows):
                tokens.token[i], tokens.pos[i], tokens.logits[i] = token, position, wanted
                tokens.n_seq_id[i] = 1
                tokens.seq_id[i][0] = sequence
            if c.llama_decode(context, tokens) != 0:
                raise SystemExit("llama.cpp refuses a batch")

        import numpy

        prompts = torch.randint(0, 49152, (batch, PROMPT)).tolist()
        run([(t, p, s, p == PROMPT - 1) for s, ids in enumerate(prompts) for p, t in enumerate(ids)])
        last = [s * PROMPT + PROMPT - 1 for s in range(batch)]
        start = time.perf_counter()
        for step in range(WRITTEN):
            chosen = [
                int(numpy.ctypeslib.as_array(c.llama_get_logits_ith(context, row), (vocab,)).argmax()) for row in last
            ]
            run([(chosen[s], PROMPT + step, s, True) for s in range(batch)])
            last = list(range(batch))
        rate = batch * WRITTEN / (time.perf_counter() - start)
        c.llama_batch_free(tokens)
        c.llama_free(context)
        return rate


def assay(parts, args):
    command = [ASSAY, "model", "bench", args.model, "--only", parts, "--threads", str(args.threads), "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def line(what, figures):
    ours = figures["Assay"]
    ratios = ", ".join(f"{name} {rate:,.0f} ({ours / rate:.1f}x)" for name, rate in figures.items() if name != "Assay")
    print(f"{what}: Assay {ours:,.0f}; {ratios}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, default=MODEL)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--what", default="decode,shared,lora")
    parser.add_argument("--dtypes", default="bf16,fp32")
    parser.add_argument("--without-llama", action="store_true", help="leaves llama.cpp out, which takes ten minutes to build")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    dtypes = {d: {"bf16": torch.bfloat16, "fp32": torch.float32}[d] for d in args.dtypes.split(",")}
    for round in range(args.rounds):
        print(f"round {round + 1} of {args.rounds}, {args.threads} threads, {torch.backends.cpu.get_cpu_capability()}")
        if "decode" in args.what:
            rows = {b: {} for b in BATCHES}
            for name, dtype in dtypes.items():
                model = load(args.model, dtype)
                steps(model, torch.randint(0, 49152, (2, PROMPT)), 3)
                for b in BATCHES:
                    rows[b][f"transformers {name}"] = transformers_decode(model, b)
            if not args.without_llama:
                llama = LlamaCpp(args.model, args.threads)
                llama.decode(1)
                for b in BATCHES:
                    rows[b]["llama.cpp"] = llama.decode(b)
            ours = assay("decode,exact", args)
            for mode, name in (("exact", "exact"), ("decode", "fast")):
                for b in BATCHES:
                    line(f"decode, {name}, batch {b}", {"Assay": ours[mode][str(b)], **rows[b]})
        if "shared" in args.what:
            figures = {}
            for name, dtype in dtypes.items():
                model = load(args.model, dtype)
                best = max((transformers_shared(model, b), b) for b in (32, 64))
                figures[f"transformers {name}, batch {best[1]}"] = best[0]
            line("shared prefix", {"Assay": assay("shared-prefix", args)["shared-prefix"], **figures})
        if "lora" in args.what:
            figures = {f"PEFT {name}": peft_lora(load(args.model, dtype)) for name, dtype in dtypes.items()}
            line("LoRA", {"Assay": assay("lora", args)["lora"], **figures})


if __name__ == "__main__":
    main()
