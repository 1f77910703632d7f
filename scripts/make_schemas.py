"""Write the JSON schemas of the results and of a quiz's source to grader/schemas/; `--check` only compares."""

import json
import sys
from pathlib import Path

from grader.quiz import Quiz
from grader.results import Results

FOLDER = Path(__file__).parents[1] / "grader" / "schemas"
MODELS = {"results": Results, "quiz": Quiz}


def rendered() -> dict[Path, str]:
    """Give the files and what they must hold."""
    return {
        FOLDER / f"{name}.schema.json": json.dumps(model.model_json_schema(), ensure_ascii=False, indent=2)
        + "\n"
        for name, model in MODELS.items()
    }


def main() -> int:
    """Write or compare; the exit status."""
    stale = [
        path
        for path, text in rendered().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.name}: {'differs' if '--check' in sys.argv else 'written'}")
        if "--check" not in sys.argv:
            path.write_text(rendered()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
