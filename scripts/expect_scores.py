"""Check the promise of the README's first command: everything for the solutions, exactly nothing for the stubs."""

import json
import sys
from pathlib import Path


def main() -> int:
    """Compare the JSON of a grading with the promise; the exit status."""
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = {
        submission["id"]: (
            sum(exercise["points"] for exercise in submission["exercises"]),
            sum(quiz["points"] for quiz in submission["quizzes"]),
            submission["open_questions"]["status"],
            submission["total"]["points"],
        )
        for submission in results["submissions"]
    }
    promised = {"solutions": (30, 80, "pending", 70), "exercises": (0, 0, "unanswered", 0)}
    print(found)
    return 0 if found == promised else 1


if __name__ == "__main__":
    sys.exit(main())
