"""Which code is mutated, and which tests are to notice: mutmut takes those of them that reach a function."""

from collections.abc import Iterator

from msgspec import Struct


class Part(Struct, frozen=True):
    """One part of the code, and what pytest is told of its tests.

    With `emulators` these are started once, for all mutants.
    """

    code: str
    tests: tuple[str, ...]
    emulators: bool = False


PARTS = {
    "domain": Part("shared/domain", ("tests/domain",)),
    "tabular": Part("shared/tabular", ("tests/tabular",)),
    "providers": Part("shared/providers", ("tests/providers",)),
    # Without the requests that are made up: too many to send for each mutant.
    "api": Part("functions/api", ("tests/api", "--ignore=tests/api/test_openapi.py"), emulators=True),
    "usecases": Part("shared/usecases", ("tests/usecases",), emulators=True),
}


def chosen(only: str) -> Iterator[tuple[Part, str]]:
    """Parts with the pattern of what to mutate: all, a part by its name, or a folder or module by its path.

    Raises ValueError for what is in no part.
    """
    if only in PARTS:
        yield PARTS[only], f"{PARTS[only].code}/*"
        return
    found = [part for part in PARTS.values() if not only or only.startswith(part.code)]
    if not found:
        raise ValueError(f"{only!r} is none of {', '.join(PARTS)}, and no path below their folders")
    for part in found:
        path = only.rstrip("/") or part.code
        yield part, path if path.endswith(".py") else f"{path}/*"
