"""Exits 1 unless Inspect reads a log that Assay wrote, whole and by its parts, and writes it again without a loss.

    pip install -r requirements-inspect.txt && python check_eval.py FILE.eval ...
"""

import sys
import tempfile

import inspect_ai
from inspect_ai.log import read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries, write_eval_log

assert inspect_ai.__version__ == "0.3.285", inspect_ai.__version__

for file in sys.argv[1:]:
    log = read_eval_log(file)
    assert log.status == "success" and log.version == 2 and log.samples, file
    header = read_eval_log(file, header_only=True)
    assert header.samples is None and header.eval.task == log.eval.task
    summaries = read_eval_log_sample_summaries(file)
    assert sorted((s.id, s.epoch) for s in summaries) == sorted((s.id, s.epoch) for s in log.samples), "summaries are of others"
    scored = 0
    for s in log.samples:
        assert read_eval_log_sample(file, id=s.id, epoch=s.epoch).metadata == s.metadata
        assert s.messages and s.output.completion
        verdict = s.metadata["verdict"]
        whole = s.metadata["assay"]
        replies = sum(1 for t in whole["talks"] for side in ("target", "reference") for m in t[side] if m["role"] == "ASSISTANT")
        answers = [e for e in s.events if e.event == "model" and e.role in ("target", "reference")]
        assert len(answers) == replies, (len(answers), replies)
        assert all(e.output.completion == e.output.choices[0].message.text for e in answers)
        for e in s.events:
            if e.event == "tool":
                assert any(c.id == e.id for m in s.events if m.event == "model" for c in m.output.choices[0].message.tool_calls or [])
        if s.scores:
            scored += 1
            value = s.scores["assay_verdict"].value
            assert (value == "C") == (verdict in ("hit", "clean")), (value, verdict)
        else:
            assert verdict in ("void", "unknown"), verdict
        assert (s.error is not None) == (verdict == "void")
    if scored:
        right = sum(1 for s in log.samples if s.scores and s.scores["assay_verdict"].value == "C")
        told = log.results.scores[0].metrics["accuracy"].value
        assert abs(told - right / scored) < 1e-12, (told, right, scored)
    with tempfile.TemporaryDirectory() as folder:
        write_eval_log(log, folder + "/again.eval")
        again = read_eval_log(folder + "/again.eval", resolve_attachments=True)  # where Inspect puts long texts of events
        kept = [[s.model_dump(exclude={"attachments"}) for s in samples] for samples in (again.samples, log.samples)]
        assert kept[0] == kept[1], "a loss on the way"
    print(f"{file}: {len(log.samples)} samples, {scored} scored")
