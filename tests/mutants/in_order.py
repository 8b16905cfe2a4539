"""Runs mutmut on the mutants that are named, in the order in which they are named.

For the copy: `python -P in_order.py NAME…`. mutmut by itself would try first what has the quickest
tests: of a sample that is cut short, what was tried would be no sample. It would also run all tests once more
without a change; they have just been run so, to learn what they reach.
"""

import sys

from mutmut import __main__ as mutmut
from mutmut.workers.isolation import ForkServerRunner


def main(names: list[str]) -> None:
    """Take the names in their order. Raises SystemExit, as mutmut does when it ends."""
    place = {name: number for number, name in enumerate(names)}
    mutmut.estimated_worst_case_time = lambda mutant_name: place[mutant_name]
    ForkServerRunner.run_clean_tests = lambda self, tests: 0  # type: ignore[method-assign]
    mutmut.cli(["run", "--max-children", "1", *names])


if __name__ == "__main__":
    main(sys.argv[1:])
