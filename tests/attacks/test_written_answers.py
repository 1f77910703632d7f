"""Answers to quizzes and open questions made to stop the one process that reads everybody's."""

import time
from pathlib import PurePosixPath

import pytest

from grader.open_questions import sections
from grader.quiz import read_answers

NAME = PurePosixPath("quiz/webhooks.toml")
HOSTILE_TOML = {
    "a number of 400 digits": b"q01 = " + b"9" * 400,
    "a number of 5000 digits": b"q01 = " + b"9" * 5000,
    "one of 5000 digits over several lines": b"q01 = [\n" + b"9" * 499 + b",\n]",
    "a dotted key of 100 000 parts": b".".join([b"a"] * 100_000) + b" = 1",
    "many dotted keys": b"\n".join(b".".join([b"a"] * 200 + [b"b%d" % n]) + b" = 1" for n in range(150)),
    "many dotted tables": b"\n".join(
        b"[" + b".".join([b"a"] * 200 + [b"b%d" % n]) + b"]" for n in range(150)
    ),
    "brackets in one another": b"q01 = " + b"[" * 10_000,
    "brackets in one another, a few a line": b"q01 = [\n" + b"[" * 400 + b"\n" + b"[" * 400,
    "the same key 60 000 times": b"a=\n" * 20_000,
    "unknown keys without end": b"\n".join(b"k%d=1" % n for n in range(6000)),
    "a file of 200 kB": b"# comment\n" * 20_000,
    "no text": bytes(range(256)),
    "escapes and reversed text as keys": b'"\\u001b[31m\\u202e" = 1\n',
    "a date that is none": b"q01 = 2021-13-45\nq02 = 25:61:61",
    "tables in place of answers": b"[q01]\na = 1\n[[q02]]\nb = 2\n",
}


@pytest.mark.parametrize("what", HOSTILE_TOML)
def test_answers_made_to_break_the_reader_are_named_in_time(what: str) -> None:
    """Nothing is raised, and what is said fits on a screen."""
    began = time.monotonic()

    _, problems = read_answers(HOSTILE_TOML[what], NAME)

    assert time.monotonic() - began < 5
    assert all(problem.isprintable() and len(problem) < 400 for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 60_000,
        "<!-- x -->" * 20_000,
        "# Question 1" + " :" * 100_000,
        "# Question " + "1" * 200_000,
        "#" * 250_000,
        ">\n" * 90_000,
    ],
)
def test_open_answers_made_to_break_the_reader_are_read_in_time(text: str) -> None:
    """The time to read them grows with their length, no faster."""
    began = time.monotonic()

    sections(text)

    assert time.monotonic() - began < 5


def test_comments_are_no_answers_and_a_comment_never_closed_is_text() -> None:
    """As HTML has it, but nothing that was written is lost."""
    text = "## Question 1\n<!-- votre réponse -->\n\n## Question 2\nOui <!-- non --> oui <!-- encore\n"

    found = sections(text)

    assert found["q1"].answer == ""
    assert found["q2"].answer == "Oui  oui <!-- encore"
