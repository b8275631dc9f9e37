"""Make the page of questions from questions.yml: Markdown that reads the same everywhere.

python book/questions.py     writes book/check_yourself.md, which is committed

Each answer is a ``details`` element, which opens by mouse, keyboard and screen reader, without a
script.
"""

import html
import re
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Check yourself

Decide for an answer, say why, and open it by a click, or by Tab and Enter: it begins with "Right" \
or "No", and goes on with the reason. Each question has one right answer; the wrong ones are worth \
opening, too. \
(Made by `questions.py` from `questions.yml`.)
"""


def read(folder=ROOT / "book"):
    """Read the questions: a list for each chapter's file."""
    return yaml.safe_load(Path(folder, "questions.yml").read_text(encoding="utf-8"))


def page(folder=ROOT / "book"):
    """Write the page: a heading for each chapter, and its questions with their answers."""
    parts = [HEAD]
    for chapter, questions in read(folder).items():
        place = chapter.removeprefix("book/") if "book/" in chapter else f"../{chapter}"
        parts.append(f"## [{title(Path(folder).parent / chapter)}]({place})\n")
        for number, question in enumerate(questions, 1):
            parts.append(f"**{number}.** {question['question']}\n")
            parts += map(closed, question["answers"])
    return "\n".join(parts)


def title(path):
    """Read the number and the first words of a chapter's title."""
    if path.suffix == ".ipynb":
        text = nbformat.read(path, as_version=4).cells[0].source
    else:
        text = path.read_text(encoding="utf-8")
    return re.match(r"# ([^:\n]+)", text)[1]


def closed(answer):
    """Write one answer, which opens to say whether it is right, and why.

    Examples
    --------
    >>> print(closed({"answer": "`x < 1`", "why": "It is not."}))
    <details><summary><code>x &lt; 1</code></summary>
    <BLANKLINE>
    No. It is not.
    <BLANKLINE>
    </details>
    <BLANKLINE>
    """
    name = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(answer["answer"], quote=False))
    verdict = "Right" if answer.get("right") else "No"
    return f"<details><summary>{name}</summary>\n\n{verdict}. {answer['why']}\n\n</details>\n"


if __name__ == "__main__":
    (ROOT / "book" / "check_yourself.md").write_text(page(), encoding="utf-8")
