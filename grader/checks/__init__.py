"""What the suites are written with: criteria and their parts, failures, servers on their database, forced races."""

from grader.checks.bench import Bench
from grader.checks.check import Check
from grader.checks.criterion import criterion
from grader.checks.database import Database
from grader.checks.failure import Failure
from grader.checks.lab import Lab
from grader.checks.tokens import TokenIssuer

__all__ = ["Bench", "Check", "Database", "Failure", "Lab", "TokenIssuer", "criterion"]
