"""What came of the mutants of one part: a table by module, and a list of what nothing noticed."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

NOT_TRIED = ("not checked", "skipped", "check was interrupted by user")
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")


def list_unnoticed(folder: Path, statuses: Mapping[str, str]) -> None:
    """Write the names to unnoticed.txt; `mutmut show NAME` shows such a change."""
    unnoticed = [
        f"{name}: {status}\n" for name, status in statuses.items() if status not in (*NOTICED, *NOT_TRIED)
    ]
    (folder / "unnoticed.txt").write_text("".join(unnoticed))


def table(pattern: str, statuses: Mapping[str, str]) -> str:
    """Tried, noticed and reached by a test, by module and in all."""
    modules: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in statuses.items():
        if status not in NOT_TRIED:
            modules[name.rpartition(".")[0]][status] += 1
    lines = [f"{pattern}: of {len(statuses)}", f"{'tried':>8} {'noticed':>8} {'reached':>8}  share  module"]
    for module, counts in [*sorted(modules.items()), ("all", sum(modules.values(), Counter()))]:
        total = counts.total()
        noticed = sum(counts[status] for status in NOTICED)
        share = f"{100 * noticed // total} %" if total else "-"
        lines.append(f"{total:>8} {noticed:>8} {total - counts['no tests']:>8}  {share:>5}  {module}")
    return "\n".join(lines) + "\n"
