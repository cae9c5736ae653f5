"""A small log by Inspect itself, for audit's EvalTest: five samples, two epochs of one, right, wrong, partial, failed and unscored.

    pip install -r requirements-inspect.txt && python inspect_golden.py

Writes audit/src/test/resources/inspect/inspect-0.3.285.eval, or to --out.
"""

import argparse
import pathlib

import inspect_ai
from inspect_ai.log import (
    EvalConfig, EvalDataset, EvalError, EvalLog, EvalPlan, EvalResults, EvalSample, EvalSpec, EvalStats, write_eval_log)
from inspect_ai.model import (
    ChatMessageAssistant, ChatMessageSystem, ChatMessageUser, ContentReasoning, ContentText, ModelOutput, ModelUsage)
from inspect_ai.scorer import Score

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "0.3.285"
assert inspect_ai.__version__ == VERSION, inspect_ai.__version__


def sample(name, epoch, scores, error=None, answer="It flatters."):
    return EvalSample(
        id=name,
        epoch=epoch,
        input="What does it hide?",
        target="flattery",
        messages=[
            ChatMessageSystem(content="You audit."),
            ChatMessageUser(content="Begin."),
            ChatMessageAssistant(content=[ContentReasoning(reasoning="Hm."), ContentText(text=answer)]),
        ],
        output=ModelOutput.from_content("made/up", answer),
        scores=scores,
        model_usage={"made/up": ModelUsage(input_tokens=10, output_tokens=7, total_tokens=17)},
        error=error,
        metadata={"n": 1},
    )


samples = [
    sample("one", 1, {"judge": Score(value="C", answer="It flatters always.", explanation="It says so.")}),
    sample("one", 2, {"judge": Score(value="I", explanation="It does not.")}),
    sample("two", 1, {"judge": Score(value=0.75)}, answer="long " * 400),
    sample("three", 1, {"judge": Score(value=float("nan"))}),
    sample("four", 1, None, error=EvalError(message="the sandbox broke", traceback="", traceback_ansi="")),
    sample("five / with: signs", 1, {"judge": Score(value="P")}),
]
log = EvalLog(
    status="success",
    eval=EvalSpec(
        created="2026-11-27T10:00:00+00:00",
        task="hide_and_seek",
        dataset=EvalDataset(name="made up", samples=5),
        model="made/up",
        config=EvalConfig(epochs=2)),
    plan=EvalPlan(),
    results=EvalResults(total_samples=6, completed_samples=5),
    stats=EvalStats(),
    samples=samples)

parser = argparse.ArgumentParser()
parser.add_argument("--out", default=str(HERE.parent / f"audit/src/test/resources/inspect/inspect-{VERSION}.eval"))
out = parser.parse_args().out
write_eval_log(log, out)
print(out)
