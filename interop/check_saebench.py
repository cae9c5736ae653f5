"""Reads the JSON that `assay sae eval --out FOLDER` writes with SAEBench's own classes; exits 1 where one is refused."""

import json
import pathlib
import sys

from pydantic import TypeAdapter
from sae_bench.evals.absorption.eval_output import AbsorptionEvalOutput
from sae_bench.evals.core.eval_output import CoreEvalOutput
from sae_bench.evals.sparse_probing_sae_probes.eval_output import SparseProbingSaeProbesEvalOutput

KINDS = {"core": CoreEvalOutput, "absorption_first_letter": AbsorptionEvalOutput,
         "sparse_probing_sae_probes": SparseProbingSaeProbesEvalOutput}

found = sorted(pathlib.Path(sys.argv[1]).glob("*/*_eval_results.json"))
if not found:
    sys.exit(f"{sys.argv[1]} holds no results")
for file in found:
    result = json.loads(file.read_text())
    TypeAdapter(KINDS[result["eval_type_id"]]).validate_python(result)
    print(file, "is read as", KINDS[result["eval_type_id"]].__name__)
