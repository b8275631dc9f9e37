"""The table of what was done to the book, and what it survived."""

import json
from pathlib import Path

RESULTS = Path(__file__).with_name("attacks.json")  # which tests/attacks.py writes


def table():
    """Write what the full runs of the attacks gave, in Markdown."""
    lines = ["| What the book has to do | Tries | Survived | Lost or false |", "|---|--:|--:|--:|"]
    for name, result in json.loads(RESULTS.read_text(encoding="utf-8")).items():
        numbers = result["tries"], result["survived"], len(result["lost"])
        cells = " | ".join(f"{number:,}" for number in numbers)
        lines.append(f"| {result['what']} (`{name}`) | {cells} |")
    return "\n".join(lines) + "\n"
