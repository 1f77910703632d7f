"""The gate: the grades are right because wrong solutions lose exactly what they should, and right ones nothing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.exercises import IDS, load
from grader.grading import Request, grade_exercise, wanted
from grader.paths import EXERCISES
from grader.results import ExerciseResult
from grader.sandbox.engine import Engine
from grader.sources import FolderSource
from tests.attacks.arena import make
from tests.gate.mutants import SOLUTIONS, Mutant, all_mutants

SEEDS = (1, 20_261_120)
ALTERNATIVES = Path(__file__).parent / "alternatives"
CRITERIA = [criterion.id for identifier in IDS for criterion in wanted(load(identifier), None)]
MUTANTS = all_mutants()

IMPOSTORS = {
    "always_200": "async def app(scope, receive, send):\n"
    "    if scope['type'] == 'http':\n"
    "        await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
    "        await send({'type': 'http.response.body', 'body': b'{}'})\n"
    "def create_app():\n    return app\n",
    "always_400": "async def app(scope, receive, send):\n"
    "    if scope['type'] == 'http':\n"
    "        await send({'type': 'http.response.start', 'status': 400, 'headers': []})\n"
    "        await send({'type': 'http.response.body', 'body': b'{}'})\n"
    "def create_app():\n    return app\n",
    "never_starts": "def create_app():\n    raise RuntimeError('jamais')\n",
}

# Stands for `PRAGMA journal_mode = WAL` on a new file, which SQLite fails at once beside another that does the same.
STARTS_ALONE = """import os, pathlib, time
starting = pathlib.Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).with_name("starting")
starting.touch(exist_ok=False)
time.sleep(0.3)
starting.unlink()
"""


@pytest.fixture(scope="module")
def fork() -> Iterator[Engine]:
    """The default engine, isolated."""
    with Engine("fork", "strict") as engine:
        yield engine


@pytest.fixture(scope="module")
def fresh() -> Iterator[Engine]:
    """The other engine, isolated as well."""
    with Engine("fresh", "strict") as engine:
        yield engine


def grade(engine: Engine, folder: Path, exercise: str, seed: int = 1) -> ExerciseResult:
    """Grade one exercise of a folder."""
    return grade_exercise(engine, FolderSource(folder), load(exercise), Request(folder.name, seed))


def lost(result: ExerciseResult) -> frozenset[str]:
    """The criteria that were not earned, none of them by a fault of the grader."""
    assert not [c.reason for c in result.criteria if c.status == "error"]
    return frozenset(criterion.id for criterion in result.criteria if criterion.status != "passed")


def test_the_contract_has_thirty_criteria() -> None:
    """The suites declare ex1.1 to ex5.6, each worth one point."""
    assert [f"ex{n}.{m}" for n in range(1, 6) for m in range(1, 7)] == CRITERIA


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", IDS)
def test_the_solutions_earn_every_point(fork: Engine, exercise: str, seed: int) -> None:
    """Six of six, whatever the seed."""
    assert lost(grade(fork, SOLUTIONS, exercise, seed)) == frozenset()


@pytest.mark.parametrize("exercise", IDS)
def test_the_stubs_earn_nothing(fork: Engine, exercise: str) -> None:
    """An untouched copy is a valid submission, and worth exactly 0."""
    assert grade(fork, EXERCISES, exercise).points == 0


@pytest.mark.parametrize("exercise", IDS)
@pytest.mark.parametrize("impostor", IMPOSTORS)
def test_impostors_earn_nothing(fork: Engine, tmp_path: Path, exercise: str, impostor: str) -> None:
    """A server that answers the same to everything, or never starts, is worth exactly 0."""
    (tmp_path / exercise).mkdir()
    (tmp_path / exercise / "app.py").write_text(IMPOSTORS[impostor], encoding="utf-8")

    result = grade(fork, tmp_path, exercise)

    assert result.points == 0
    assert len(result.criteria) == 6
    assert not [c.reason for c in result.criteria if c.status == "error"]


@pytest.mark.parametrize("exercise", IDS)
@pytest.mark.parametrize("shape", ["async_sqlalchemy", "plain_starlette", "raw_sqlite"])
def test_correct_solutions_of_another_shape_lose_nothing(fork: Engine, shape: str, exercise: str) -> None:
    """What is judged is what a server does, not how it is written."""
    assert lost(grade(fork, ALTERNATIVES / shape, exercise)) == frozenset()


@pytest.mark.parametrize("exercise", IDS)
def test_two_processes_are_not_started_on_a_database_at_once(
    fork: Engine, tmp_path: Path, exercise: str
) -> None:
    """What is judged of two processes is what they do with deliveries, not that they settle a new file at once."""
    folder = make(tmp_path, exercise=exercise, attack=STARTS_ALONE)

    assert lost(grade(fork, folder, exercise)) == frozenset()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_loses_exactly_what_it_declares(fork: Engine, tmp_path: Path, mutant: Mutant) -> None:
    """A named misconception costs the criteria that it contradicts, and no other."""
    assert lost(grade(fork, mutant.write(tmp_path), mutant.exercise)) == mutant.loses


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_has_two_mutants_and_one_that_loses_it_alone(criterion: str) -> None:
    """A check that no wrong solution fails proves nothing; where none fails it alone, a mutant says why."""
    killers = [mutant for mutant in MUTANTS if criterion in mutant.loses]

    assert len(killers) >= 2
    assert any(mutant.loses == {criterion} for mutant in killers)


def test_the_corpus_holds_sixty_misconceptions() -> None:
    """Sixty or more, no two with the same words."""
    assert len({mutant.misconception for mutant in MUTANTS}) == len(MUTANTS) >= 60


@pytest.mark.parametrize("exercise", IDS)
def test_both_engines_give_equal_results(fork: Engine, fresh: Engine, exercise: str) -> None:
    """Solutions, stubs and one mutant an exercise: status by status, in `fork` as in `fresh`."""
    with tempfile.TemporaryDirectory() as folder:
        # Not the first: ex3_answers_first works behind its answers, and which of its parts fail is a matter of luck.
        mutant = [mutant for mutant in MUTANTS if mutant.exercise == exercise][-1]
        for submission in (SOLUTIONS, EXERCISES, mutant.write(Path(folder))):
            results = [grade(engine, submission, exercise) for engine in (fork, fresh)]
            told = [[(c.id, c.status, c.parts) for c in result.criteria] for result in results]
            assert told[0] == told[1]


def test_ten_gradings_with_the_same_seed_are_equal(fork: Engine, tmp_path: Path) -> None:
    """A regrade repeats: points, parts and what the failures say."""
    mutant = next(mutant for mutant in MUTANTS if mutant.exercise == "ex1_signature")
    folder = mutant.write(tmp_path)
    told = set()
    for _ in range(10):
        result = grade(fork, folder, "ex1_signature", seed=7)
        told.add(repr([(c.id, c.status, c.parts, c.failure and c.failure.received) for c in result.criteria]))
    assert len(told) == 1
