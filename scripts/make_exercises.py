"""Generate `exercises/` and the solutions' written answers from their one source.

    uv run python scripts/make_exercises.py            write what differs
    uv run python scripts/make_exercises.py --check    write nothing; exit 1 and name what differs

`reference_impl/solutions/` holds the exercises complete; what stands between `# BEGIN SOLUTION` and
`# END SOLUTION` is cut away for the student. `course/quiz/*.toml` holds the quizzes and
`course/open_questions.toml` the open questions; their empty and their right answer files come from there.
Nothing under `exercises/` is written by hand.
"""

import argparse
import hashlib
import sys
import tomllib
from pathlib import Path

from cuts import SourceError, cut_python
from question_files import question_file
from quiz_files import quiz_file

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = Path("reference_impl/solutions")
STUBS = Path("exercises")
QUIZZES = Path("course/quiz")
QUESTIONS = Path("course/open_questions.toml")
OPEN_QUESTIONS = "questions_ouvertes.md"

Tree = dict[Path, str]
"""Files to be written: path from the project's root -> whole text, lines ended by a bare newline."""


def read(path: Path) -> str:
    """Read a source with bare newlines, however the machine checked it out."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceError(f"{path}: missing, although a given.toml or this script names it") from None


def exercise_folders(root: Path) -> list[Path]:
    """List the exercises of the solutions in their order."""
    return sorted(path.parent for path in (root / SOLUTIONS).glob("ex*_*/given.toml"))


def exercise_files(folder: Path) -> Tree:
    """Make the stub of one exercise: its student's files cut, all else as it stands. Keys are file names."""
    given = tomllib.loads(read(folder / "given.toml"))
    files = {
        Path(name): read(folder / name) for name in ("given.toml", "README.md", "hints.toml", *given["given"])
    }
    for name in given["student"]:
        files[Path(name)] = cut_python(read(folder / name), f"{folder.name}/{name}")
    return files


def kit_files(root: Path) -> Tree:
    """Copy the kit, which is given whole."""
    return {
        path.relative_to(root / SOLUTIONS): read(path)
        for path in sorted((root / SOLUTIONS / "kit").glob("*.py"))
    }


def shipped(root: Path) -> str:
    """Write `shipped.toml`: SHA-256 of each student's file, as the stub and as the solution ship it.

    The grader recognises by it the submissions that nobody touched.
    """
    lines = ["# Empreintes SHA-256 : [ébauche, solution]. Le correcteur y reconnaît un fichier intact."]
    for folder in exercise_folders(root):
        lines += ["", f"[{folder.name}]"]
        stubs = exercise_files(folder)
        for name in tomllib.loads(read(folder / "given.toml"))["student"]:
            hashes = [
                hashlib.sha256(text.encode()).hexdigest() for text in (stubs[Path(name)], read(folder / name))
            ]
            lines.append(f'"{name}" = [\n    "{hashes[0]}",\n    "{hashes[1]}",\n]')
    return "\n".join(lines) + "\n"


def build(root: Path) -> Tree:
    """Make every generated file, in memory."""
    tree = {STUBS / path: text for path, text in kit_files(root).items()}
    for folder in exercise_folders(root):
        tree |= {STUBS / folder.name / path: text for path, text in exercise_files(folder).items()}
    tree[STUBS / "shipped.toml"] = shipped(root)
    paper = tomllib.loads(read(root / QUESTIONS))
    tree[STUBS / OPEN_QUESTIONS] = question_file(paper, answered=False)
    tree[SOLUTIONS / OPEN_QUESTIONS] = question_file(paper, answered=True)
    for path in sorted((root / QUIZZES).glob("*.toml")):
        quiz = tomllib.loads(read(path))
        tree[STUBS / "quiz" / path.name] = quiz_file(quiz, answered=False)
        tree[SOLUTIONS / "quiz" / path.name] = quiz_file(quiz, answered=True)
    return tree


def differing(root: Path, tree: Tree) -> list[Path]:
    """List the generated files that are missing on disk or say something else."""
    return [path for path, text in tree.items() if not (root / path).is_file() or read(root / path) != text]


def orphans(root: Path, tree: Tree) -> list[Path]:
    """List what stands in `exercises/` and comes from no source. Caches and hidden files do not count."""
    found = (path.relative_to(root) for path in sorted((root / STUBS).rglob("*")) if path.is_file())
    return [
        path
        for path in found
        if path not in tree and not any(part.startswith((".", "__pycache__")) for part in path.parts)
    ]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        description="Generate exercises/ from reference_impl/solutions/ and course/."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what differs")
    check = parser.parse_args(arguments).check
    try:
        tree = build(root)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    stale, extra = differing(root, tree), orphans(root, tree)
    for path in stale:
        print(f"{path}: {'differs from its source' if check else 'written'}")
        if not check:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(tree[path], encoding="utf-8", newline="\n")
    # Never deleted here: it may be someone's work, put in the wrong folder.
    for path in extra:
        print(f"{path}: has no source; move or delete it")
    if check and (stale or extra):
        print("Run: uv run python scripts/make_exercises.py", file=sys.stderr)
    return 1 if extra or (check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
