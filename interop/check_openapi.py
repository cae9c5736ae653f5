"""Starts `assay serve` and lets Schemathesis ask it, by the OpenAPI file that it serves.

First a server without a token, by every check but one: that whatever fits the file is accepted. A file can't say how many
tokens, blocks and positions there are, so what fits it may be refused, but then by the name of a field, which is checked
here. Then a server with a token: shown, and neither shown nor known. Prints a line for each check; exits 1 if one fails.

    check_openapi.py ../assay [--examples N] [TARGET...]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import schemathesis

from check_serve import Checks, started

CASES = 5000
TOKEN = "token-of-check-openapi"
CONTEXT = 8192
PATIENCE = "600"  # seconds, as the server's own: this is no test of speed
MOST = {"max_tokens": 4, "max_completion_tokens": 4, "n": 4, "best_of": 4}


# --- what Schemathesis loads: SCHEMATHESIS_HOOKS names this file

@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes lengths that would be written out short, so that a case costs a few tokens. Those that are refused stay."""
    if isinstance(case.body, dict):
        short = {name: most for name, most in MOST.items() if type(case.body.get(name)) is int
                 and most < case.body[name] <= (CONTEXT if name.startswith("max") else 128)}
        if short:
            case.body = {**case.body, **short}


@schemathesis.check
def refusal_names_its_field(ctx, response, case):
    """What fits the file and is refused all the same is refused by the name of a field."""
    if response.status_code != 400 or case.path == "/v1/embeddings" or not case.meta.generation.mode.is_positive:
        return
    assert response.json()["error"]["param"], "a request that fits the file is refused without a field's name"


# --- the program

def run(file, url, name, checks, *options):
    """Lets Schemathesis run; the number of its cases."""
    here = pathlib.Path(__file__)
    command = [shutil.which("schemathesis", path=os.path.dirname(sys.executable)) or "schemathesis", "run", str(file),
               "--url", url, "--workers", "1", "--seed", "1", "--request-timeout", PATIENCE, "--max-response-time", PATIENCE,
               "--continue-on-failure", "--generation-database", "none", "--no-color", "--checks", "all",
               "--exclude-checks", "positive_data_acceptance", *options]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": here.stem, "PYTHONPATH": str(here.parent)}
    done = subprocess.run(command, text=True, capture_output=True, env=environment, cwd=file.parent)
    said = re.search(r"^ *(\d+) generated.*$", done.stdout, re.MULTILINE)
    checks.check(name, done.returncode == 0 and said, said[0].strip() if said else "")
    if done.returncode:
        print(done.stdout[-20000:], done.stderr[-2000:])
    return int(said[1]) if said else 0


def ask(url, token):
    return urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}))


def with_server(command, checks, use):
    process, url = started(command)
    root = url.removesuffix("/v1")
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "openapi.json"
            file.write_bytes(ask(root + "/openapi.json", TOKEN).read())
            use(file, root)
        health = json.load(urllib.request.urlopen(root + "/health"))
        checks.check("no text is left behind", health == {"status": "ok", "texts": 0}, health)
        process.terminate()
        checks.check("SIGTERM ends it", process.wait(60) == 143, process.returncode)
    finally:
        process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assay", help="the launcher")
    parser.add_argument("targets", nargs="*", help="what is served (default: smollm2)")
    parser.add_argument("--examples", type=int, default=250, help="random cases of each operation, beside the systematic ones")
    args = parser.parse_args()
    serve = [args.assay, "serve", *args.targets, "--port", "0", "--json", "--max-tokens", "4"]
    checks = Checks()

    def openly(file, root):
        cases = run(file, root, "without a token", checks, "--max-examples", str(args.examples))
        checks.check(f"{CASES} cases or more", cases >= CASES, cases)

    def closed(file, root):
        few = ("--phases", "coverage", "--mode", "positive")
        run(file, root, "with its token", checks, *few, "--header", f"Authorization: Bearer {TOKEN}")
        run(file, root, "with no token, or another", checks, *few)

    with_server(serve, checks, openly)
    os.environ["ASSAY_CHECK_TOKEN"] = TOKEN
    with_server([*serve, "--token-env", "ASSAY_CHECK_TOKEN"], checks, closed)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
