"""Write the open questions of the course as the Markdown file that a student answers."""

from typing import Any

HEAD = """# Questions ouvertes

Cinq questions, six points chacune. Répondez sous chacune d'elles, en dix à vingt lignes : des choix et leurs raisons,
plutôt que des définitions. Gardez les titres tels quels.
"""


def question_file(paper: dict[str, Any], *, answered: bool) -> str:
    """Write every question under its heading, the statement quoted, then nothing or the model answer."""
    return "\n".join(
        [HEAD, *(question_section(question, answered=answered) for question in paper["questions"])]
    )


def question_section(question: dict[str, Any], *, answered: bool) -> str:
    """Write one question; the heading is what the grader finds the answer by."""
    statement = "\n".join(f"> {line}".rstrip() for line in question["statement"].strip().split("\n"))
    answer = question["model_answer"].strip() + "\n" if answered else "\n"
    return f"## Question {question['id'].removeprefix('q')} : {question['title']}\n\n{statement}\n\n{answer}"
