"""Refuse machine-learning and web-service packages among what ``pip install .`` alone brings.

Takes the path of a report written by ``pip install --dry-run --report``.
"""

import json
import sys
from pathlib import Path

UNWANTED = {"fastapi", "numpy", "scikit-learn", "scipy", "torch", "transformers", "uvicorn"}

report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
names = {item["metadata"]["name"].lower() for item in report["install"]}
if found := sorted(names & UNWANTED):
    sys.exit(f"the core installs {', '.join(found)}")
print(f"the core installs {len(names)} packages, none of them for machine learning")
