"""Starts `assay serve` and asks it with the clients that people have.

OpenAI's Python client, or what `--only` names: `inspect eval` with its OpenAI-compatible provider too. Prints a line for
each check; exits 1 if one fails.

    check_serve.py ./assay [TARGET...]
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

PARTS = ("openai", "inspect")
TASK = '''
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

@task
def hello():
    return Task(dataset=[Sample(input="Say hello.", target="hello"), Sample(input="What is 1 + 1?", target="2")],
                solver=generate(), scorer=includes())
'''


def started(command):
    """The server's process and its address."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{' '.join(map(str, command))} did not start")
    return process, json.loads(line)["url"]


class Checks:
    def __init__(self):
        self.failed = 0

    def check(self, name, holds, note=""):
        print(f"{'ok  ' if holds else 'FAIL'}  {name}{'  ' + str(note) if note else ''}", flush=True)
        self.failed += not holds


def with_openai(url, checks):
    import openai
    client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
    model = client.models.list().data[0].id
    hi = [{"role": "user", "content": "Say hello to the frogs."}]

    def chat(**more):
        return client.chat.completions.create(**{"model": model, "messages": hi, "max_tokens": 24, "seed": 7, **more})

    first = chat()
    checks.check("a chat is answered", bool(first.choices[0].message.content), repr(first.choices[0].message.content))
    checks.check("a seed gives the same again",
                 chat().choices[0].message.content == first.choices[0].message.content)
    chunks = list(chat(stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    checks.check("a stream is the same text", text == first.choices[0].message.content)
    checks.check("its usage comes last", chunks[-1].usage == first.usage, chunks[-1].usage)
    scored = chat(logprobs=True, top_logprobs=3, n=2)
    content = scored.choices[0].logprobs.content
    checks.check("log-probabilities come for each token",
                 len(content) + len(scored.choices[1].logprobs.content) == scored.usage.completion_tokens
                 and all(len(t.top_logprobs) == 3 for t in content))
    stopped = chat(stop=[" "], temperature=0)
    checks.check("a stop ends a text", " " not in stopped.choices[0].message.content
                 and stopped.choices[0].finish_reason == "stop")
    prefill = chat(messages=hi + [{"role": "assistant", "content": "Dear frogs,"}], temperature=0,
                   extra_body={"continue_final_message": True, "add_generation_prompt": False})
    checks.check("a prefill is continued", bool(prefill.choices[0].message.content),
                 repr(prefill.choices[0].message.content))
    user = chat(messages=[{"role": "system", "content": "You help with cooking."}],
                extra_body={"add_generation_prompt": False})
    checks.check("the user's message is written", bool(user.choices[0].message.content),
                 repr(user.choices[0].message.content))
    tool = {"type": "function", "function": {"name": "weather", "description": "The weather in a city.", "parameters":
            {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}
    called = chat(messages=[{"role": "user", "content": "Call weather for Paris."}], tools=[tool], max_tokens=60)
    checks.check("tools are taken", called.choices[0].finish_reason in ("stop", "length", "tool_calls"),
                 called.choices[0].message.tool_calls or repr(called.choices[0].message.content))
    result = chat(messages=[{"role": "user", "content": "Weather in Paris?"},
                            {"role": "assistant", "content": None, "tool_calls": [
                                {"id": "c1", "type": "function",
                                 "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}]},
                            {"role": "tool", "tool_call_id": "c1", "content": "sunny"}], tools=[tool])
    checks.check("a tool's result is taken", result.usage.prompt_tokens > called.usage.prompt_tokens)
    plain = client.completions.create(model=model, prompt="The capital of France is", max_tokens=0, echo=True, logprobs=1)
    scores = plain.choices[0].logprobs
    checks.check("a text is scored by echo", plain.choices[0].text == "The capital of France is"
                 and scores.token_logprobs[0] is None and all(s <= 0 for s in scores.token_logprobs[1:]))
    many = client.completions.create(model=model, prompt=["One,", "Two,"], max_tokens=4, n=2, temperature=0)
    checks.check("several prompts are answered in order", [c.index for c in many.choices] == [0, 1, 2, 3])
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        all16 = [r.choices[0].message.content for r in pool.map(lambda i: chat(), range(16))]
    checks.check("16 threads get the same", set(all16) == {first.choices[0].message.content})
    with chat(stream=True, max_tokens=800) as stream:
        next(iter(stream))
    health = url.removesuffix("/v1") + "/health"
    for _ in range(100):
        busy = json.load(urllib.request.urlopen(health))["texts"]
        if not busy:
            break
        time.sleep(0.1)
    checks.check("a stream that is closed frees its place", not busy)
    for name, kind, ask in (
            ("an unknown model", openai.NotFoundError, lambda: chat(model="gpt-4")),
            ("a temperature of 3", openai.BadRequestError, lambda: chat(temperature=3)),
            ("JSON mode", openai.BadRequestError, lambda: chat(response_format={"type": "json_object"})),
            ("embeddings", openai.BadRequestError, lambda: client.embeddings.create(model=model, input="Hi"))):
        try:
            ask()
            checks.check(f"{name} is refused", False)
        except kind as e:
            checks.check(f"{name} is refused", bool(e.body["message"]), e.body["message"])


def with_inspect(url, checks):
    with tempfile.TemporaryDirectory() as folder:
        task = pathlib.Path(folder) / "hello.py"
        task.write_text(TASK)
        model = json.load(urllib.request.urlopen(url + "/models"))["data"][0]["id"]
        environment = os.environ | {"ASSAY_BASE_URL": url, "ASSAY_API_KEY": "none"}
        inspect = [sys.executable, "-m", "inspect_ai", "eval", task.name, "--model", f"openai-api/assay/{model}",
                   "--max-tokens", "32", "--seed", "1", "--log-dir", folder + "/logs", "--log-format", "json",
                   "--display", "plain"]
        done = subprocess.run(inspect, env=environment, capture_output=True, text=True, cwd=folder)
        logs = list(pathlib.Path(folder, "logs").glob("*.json"))
        log = json.loads(logs[0].read_text()) if logs else {}
        checks.check("inspect eval", done.returncode == 0 and log.get("status") == "success"
                     and all(s["output"]["choices"][0]["message"]["content"] for s in log["samples"]),
                     log.get("stats", {}).get("model_usage") or done.stderr[-500:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assay", help="the launcher")
    parser.add_argument("targets", nargs="*", help="what is served (default: smollm2)")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be given several times (default: openai)")
    args = parser.parse_args()
    process, url = started([args.assay, "serve", *args.targets, "--port", "0", "--json", "--max-tokens", "64"])
    checks = Checks()
    try:
        for part in args.only or ["openai"]:
            if part == "openai":
                with_openai(url, checks)
            else:
                with_inspect(url, checks)
        process.terminate()
        checks.check("SIGTERM ends it", process.wait(60) == 143, process.returncode)
    finally:
        process.kill()
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
