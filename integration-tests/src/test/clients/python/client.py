"""The client libraries for the integration tests; see ../README.md."""

import importlib
import json
import sys
from importlib.metadata import version

# library: (module of scenarios, package)
LIBRARIES = {
    "anthropic": ("with_anthropic", "anthropic"),
    "openai": ("with_openai", "openai"),
    "litellm-anthropic": ("with_litellm", "litellm"),
    "litellm-openai": ("with_litellm", "litellm"),
    "litellm-proxy": ("with_litellm", "litellm"),
}


def failure(e):
    body = getattr(e, "body", None)
    error = body.get("error", body) if isinstance(body, dict) else {}
    return {
        "class": type(e).__name__,
        "status": getattr(e, "status_code", None),
        "message": str(e),
        "type": error.get("type") if isinstance(error, dict) else None,
        "request_id": getattr(e, "request_id", None),
    }


def main():
    # What a library prints must not be taken for an answer.
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        job = json.loads(line)
        module, package = LIBRARIES[job["library"]]
        scenarios = importlib.import_module(module)
        report = {"sdk": f"{package} {version(package)}", "answers": []}
        try:
            getattr(scenarios, job["scenario"])(scenarios.client(job), job, report)
        except Exception as e:
            report["error"] = failure(e)
        print(json.dumps(report), file=out, flush=True)


main()
