"""The open questions in the pages: for students the statements, for instructors what to mark them by."""

from course_site.errors import CourseError
from course_site.passages import link
from grader.questions import AskedQuestion, load_questions


def open_questions(arguments: str, _body: list[str]) -> str:
    """Write the questions: `| statements` with the rubric of each, `| models` with mistakes and model answers too."""
    if arguments not in ("statements", "models"):
        raise CourseError("say « statements » or « models »")
    written = _for_student if arguments == "statements" else _for_instructor
    return "\n\n".join(written(question) for question in load_questions())


def _for_student(question: AskedQuestion) -> str:
    quoted = "\n".join(f"> {line}".rstrip() for line in question.statement.strip().split("\n"))
    links = ", ".join(link(anchor) for anchor in question.anchors)
    return "\n\n".join(
        [
            f"### {question.heading} {{ #open-{question.id} }}",
            quoted,
            f"Les passages qui aident : {links}.",
            _rubric(question),
        ]
    )


def _for_instructor(question: AskedQuestion) -> str:
    mistakes = "\n".join(f"- {mistake}" for mistake in question.mistakes)
    answer = "\n".join(f"    {line}".rstrip() for line in question.model_answer.strip().split("\n"))
    return "\n\n".join(
        [
            f"### {question.heading} {{ #model-{question.id} }}",
            f"Énoncé : [{question.heading}](10-exercices.md#open-{question.id}).",
            _rubric(question),
            "Les erreurs courantes, et ce qu'elles coûtent :",
            mistakes,
            f'??? example "Une réponse modèle"\n{answer}',
        ]
    )


def _rubric(question: AskedQuestion) -> str:
    rows = ["| points | à quoi l'on reconnaît une telle réponse |", "|---:|---|"]
    rows += [f"| {level.points} | {' '.join(level.looks_like.split())} |" for level in question.rubric]
    return "\n".join(rows)
