"""The quizzes in the pages, from their one source: to be answered, or corrected.

Written as Markdown in plain HTML: without JavaScript, a list of questions with folded answers. `assets/quiz.js` makes
it a quiz: feedback, score, another try, a file of answers.
"""

import itertools
import re

from course_site.passages import link
from grader.quiz import Option, Question, Quiz, load_quiz
from grader.scale import load_scale

FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def quiz(arguments: str, _body: list[str]) -> str:
    """Write a whole quiz to be answered: `/// quiz | webhooks`."""
    asked = load_quiz(arguments)
    parts = [
        f'<form class="quiz" data-quiz="{asked.id}" data-points="{asked.points_per_question}" '
        f'data-file="{asked.id}.toml" markdown="block">'
    ]
    for section in asked.sections:
        parts.append(f"## {section.title} {{ #{section.id} }}")
        parts += [
            _question(asked, question) for question in asked.questions if question.section == section.id
        ]
    parts.append("</form>")
    return "\n\n".join(parts)


def _question(asked: Quiz, question: Question) -> str:
    number = int(question.id[1:])
    options = "\n\n".join(_option(question, letter, option) for letter, option in question.options.items())
    remarks = "\n\n".join(
        f'<div class="quiz-remark" data-letter="{letter}" markdown="block">\n\n'
        f"**{letter}.** {option.feedback.strip()}\n\n</div>"
        for letter, option in question.options.items()
    )
    return (
        f'<fieldset class="quiz-question" id="{question.id}" data-answer="{question.answer}" '
        f'aria-describedby="{question.id}-statement" markdown="block">\n'
        f'<legend markdown="span">Question {number} sur {len(asked.questions)}</legend>\n\n'
        f'<div class="quiz-statement" id="{question.id}-statement" markdown="block">\n\n'
        f"{with_named_code(question.statement, question.id)}\n\n</div>\n\n"
        f'<div class="quiz-options" markdown="block">\n\n{options}\n\n</div>\n\n'
        f'<details class="quiz-answer" markdown="block">\n<summary>Réponse à la question {number}</summary>\n\n'
        f"Réponse : **{question.answer}**.\n\n{explained(question)}\n\n{remarks}\n\n</details>\n\n</fieldset>"
    )


def with_named_code(text: str, prefix: str) -> str:
    """Give each block of code an id: the theme's copy button looks for its block by the nearest one."""
    numbers = itertools.count(1)
    return FENCED.sub(
        lambda code: f'<div id="{prefix}-code-{next(numbers)}" markdown="block">\n\n{code[0]}\n\n</div>',
        text.strip(),
    )


def _option(question: Question, letter: str, option: Option) -> str:
    """Write one option on one line: the button, its letter and its text are one label."""
    text = " ".join(option.text.split())
    identifier = f"{question.id}-{letter}"
    return (
        f'<input type="radio" name="{question.id}" value="{letter}" id="{identifier}">'
        f'<label for="{identifier}"><span class="quiz-letter">{letter}</span> <span>{text}</span></label>'
    )


def answers(arguments: str, _body: list[str]) -> str:
    """Write the correction of a quiz: `/// quiz-answers | webhooks`."""
    asked = load_quiz(arguments)
    parts = []
    for section in asked.sections:
        parts.append(f"## {section.title} {{ #{section.id} }}")
        parts += [_corrected(question) for question in asked.questions if question.section == section.id]
    return "\n\n".join(parts)


def _corrected(question: Question) -> str:
    number = int(question.id[1:])
    lines = [f"### Question {number} {{ #{question.id} }}", with_named_code(question.statement, question.id)]
    for letter, option in question.options.items():
        right = letter == question.answer
        kind, verdict = ("success", "réponse juste") if right else ("failure", "réponse fausse")
        text = " ".join(option.text.split())
        lines.append(
            f'<div class="quiz-corrected quiz-corrected--{kind}" markdown="block">\n\n'
            f"**{letter}.** {text} *({verdict})*\n\n{option.feedback.strip()}\n\n</div>"
        )
    return "\n\n".join([*lines, explained(question)])


def explained(question: Question) -> str:
    """Write why the answer is right, and where the course says it."""
    return f"{question.explanation.strip()}\n\nLe passage du cours : {link(question.anchor)}."


def scale(_arguments: str, _body: list[str]) -> str:
    """Write the scale of the course as tables, from the grader's own data."""
    held = load_scale()
    exercises = sum(held.exercises.values())
    rows = [
        "| partie | points |",
        "|---|---:|",
        *(
            f"| Quiz « {load_quiz(name).title} » | {points} |"
            for name, points in held.quizzes.items()
            if points
        ),
        f"| Exercices ({len(held.exercises)}) | {exercises} |",
        f"| Questions ouvertes ({held.open_questions.count} × {held.open_questions.points}) | {held.open_max} |",
        f"| Total | {held.max} |",
        "",
        "| à partir de | mention |",
        "|---:|---|",
        *(f"| {mention.at_least} | {mention.text} |" for mention in held.mentions),
    ]
    return "\n".join(rows)
