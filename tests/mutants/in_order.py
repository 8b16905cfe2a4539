"""Runs mutmut on the mutants that are named, in the order in which they are named.

For the copy: `python -P in_order.py SECONDS NAME…`. mutmut by itself would try first what has the quickest
tests: of a sample that is cut short, what was tried would be no sample. It would also run all tests once more
without a change; they have just been run so, to learn what they reach.

Of the tests that reach a function, so many are run as take SECONDS (0: all). Those whose file is named like
the function's module come first, then the quickest.
"""

import re
import sys
from itertools import accumulate

from mutmut import __main__ as mutmut
from mutmut.state import state
from mutmut.workers.isolation import ForkServerRunner

_WORD = re.compile(r"[a-z]{4,}")
_learn = mutmut.collect_or_load_stats


def main(seconds: float, names: list[str]) -> None:
    """Take the names in their order. Raises SystemExit, as mutmut does when it ends."""
    place = {name: number for number, name in enumerate(names)}

    def learn_and_choose(*given: object, **named: object) -> None:
        _learn(*given, **named)  # type: ignore[arg-type]  # mutmut's own arguments, whatever they are
        if seconds:
            reaching = state().tests_by_mangled_function_name
            for function, tests in reaching.items():
                reaching[function] = chosen(function, tests, state().duration_by_test, seconds)

    mutmut.collect_or_load_stats = learn_and_choose
    mutmut.estimated_worst_case_time = lambda mutant_name: place[mutant_name]
    ForkServerRunner.run_clean_tests = lambda self, tests: 0  # type: ignore[method-assign]  # in place of its own
    mutmut.cli(["run", "--max-children", "1", *names])


def chosen(function: str, tests: set[str], durations: dict[str, float], seconds: float) -> set[str]:
    """The tests that fit into `seconds`, at least one where there is one."""
    words = set(_WORD.findall(function.rpartition(".")[0].rpartition(".")[2]))

    def place(test: str) -> tuple[bool, float]:
        return words.isdisjoint(_WORD.findall(test.partition("::")[0])), durations[test]

    ordered = sorted(tests, key=place)
    ends = accumulate(durations[test] for test in ordered)
    return {
        test
        for number, (test, end) in enumerate(zip(ordered, ends, strict=True))
        if not number or end <= seconds
    }


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
