"""In the place of `python3 -m homeassistant`, of which only the script check_config is called."""

import argparse
import json
import re
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--script", choices=["check_config"], required=True)
parser.add_argument("--json", action="store_true", required=True)
parser.add_argument("--fail-on-warnings", action="store_true", required=True)
parser.add_argument("--config", type=Path, required=True)
folder: Path = parser.parse_args().config

text = (folder / "configuration.yaml").read_text(encoding="utf-8")
included = [folder / name for name in re.findall(r"!include\w* (\S+)", text)]
missing = [f"{path} is missing" for path in included if not path.exists()]
print(json.dumps({"errors": {"homeassistant": missing} if missing else {}}, indent=2))
raise SystemExit(1 if missing else 0)
