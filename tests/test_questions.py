"""The page of questions is made from its source, and each question has one right answer."""

import math
import re
import sys
from collections import Counter

import numpy as np
import pytest
import yaml


@pytest.fixture(scope="module")
def module(root):
    """Give the module that makes the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(root / "book"), *sys.path])
        import questions

        yield questions


@pytest.fixture(scope="module")
def chapters(module):
    return module.read()


@pytest.fixture(scope="module")
def asked(chapters):
    return [question for questions in chapters.values() for question in questions]


def right(question):
    (found,) = (answer for answer in question["answers"] if answer.get("right"))
    return found


def test_the_page_is_made_from_its_questions(root, module):
    written = (root / "book" / "check_yourself.md").read_text(encoding="utf-8")
    assert written == module.page(), "run python book/questions.py"


def test_every_chapter_has_questions_in_the_order_of_the_book(root, chapters):
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = [
        chapter["file"]
        for part in contents["parts"]
        if part["caption"].startswith("Part ")
        for chapter in part["chapters"]
        if chapter["file"] not in ("book/part5", "book/touch")  # which promise nothing
    ]
    assert [chapter.rpartition(".")[0] for chapter in chapters] == files
    assert all(len(questions) in (3, 4) for questions in chapters.values())


def test_each_question_has_one_right_answer_and_reasons(asked):
    assert len({question["question"] for question in asked}) == len(asked)
    for question in asked:
        assert question.keys() <= {"question", "answers", "check"}
        assert right(question)["right"] is True
        answers = [answer["answer"].strip(" .").lower() for answer in question["answers"]]
        assert len(set(answers)) == len(answers) in (3, 4), answers
        for answer in question["answers"]:
            assert answer.keys() <= {"answer", "right", "why"}
            assert "$" not in answer["answer"], "a formula in what is read out as a name"
            assert len(answer["why"].split()) >= 5, answer
            assert 1 <= len(re.findall(r"[.?](?= |$)", answer["why"])) <= 3, answer["why"]


def test_the_place_gives_nothing_away(chapters, asked):
    places = Counter(question["answers"].index(right(question)) for question in asked)
    assert all(places[place] > len(asked) / 5 for place in range(3)), places
    for chapter, questions in chapters.items():
        assert len({question["answers"].index(right(question)) for question in questions}) > 1, (
            chapter
        )


def test_the_computed_answers_are_right(asked):
    """A check holds, and speaks of the numbers in the right answer."""
    checks = [question for question in asked if "check" in question]
    assert len(checks) > 15
    for question in checks:
        assert eval(question["check"], {"np": np, "math": math}) in (True, np.True_), question
        told = re.findall(r"\d+(?:\.\d+)?", right(question)["answer"].replace(",", ""))
        for number in told:
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", question["check"]), (
                question
            )
