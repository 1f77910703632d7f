"""The rules of cutting: what a mark becomes, and which marks are refused."""

import exercise_paths  # noqa: F401  (makes scripts/ importable)
import pytest
from cuts import SourceError, cut_python


def test_a_cut_becomes_an_error_that_says_what_to_write() -> None:
    """The error stands at the indentation of the marks, and the lines around stay."""
    source = "def f():\n    # BEGIN SOLUTION: rendez un\n    return 1\n    # END SOLUTION\n\n\nx = 2\n"

    stub = cut_python(source, "f.py")

    assert stub == 'def f():\n    raise NotImplementedError("TODO : rendez un")\n\n\nx = 2\n'


def test_a_silent_cut_becomes_a_comment() -> None:
    """A silent cut never raises: a stub must import, and `create_app()` must return."""
    source = "# BEGIN SOLUTION (silent): à part\ndef g():\n    pass\n\n\n# END SOLUTION\n"

    assert cut_python(source, "g.py") == "# TODO : à part\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("# BEGIN SOLUTION: a\nx\n", "f.py:1: BEGIN SOLUTION without END"),
        ("x\n# END SOLUTION\n", "f.py:2: END SOLUTION without BEGIN"),
        ("# BEGIN SOLUTION: a\n# BEGIN SOLUTION: b\n# END SOLUTION\n", "f.py:2: nested BEGIN"),
        ("# BEGIN SOLUTION: a\n    # END SOLUTION\n", "f.py:2: END SOLUTION not indented"),
        ("# BEGIN SOLUTION\nx\n# END SOLUTION\n", "f.py:1: mark not understood"),
        ("# BEGIN SOLUTION (quiet): a\n# END SOLUTION\n", "f.py:1: mark not understood"),
        ("x = 1  # BEGIN SOLUTION: a\n# END SOLUTION\n", "f.py:1: mark not understood"),
        ('# BEGIN SOLUTION: "a"\n# END SOLUTION\n', "f.py:1: mark not understood"),
    ],
)
def test_a_wrong_mark_is_refused_by_name_and_line(source: str, reason: str) -> None:
    """A cut that went wrong would ship the solution to the students: better to stop."""
    with pytest.raises(SourceError, match=reason):
        cut_python(source, "f.py")
