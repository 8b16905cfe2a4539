"""What is aimed at, and what of it the stored figures show."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from tests.bench.parts import CASES

# Places of the cases in CASES.
SMS, SMS_AT_ONCE, EMAIL = range(3)
# Entry points that people wait for; all others are called by machines.
FOR_PEOPLE = ("api", "portal")

Stored = Mapping[str, Any]


class Aim(Struct, frozen=True):
    """A figure, and what it is to be: at least `least`, or at most `most`."""

    what: str
    figure: Callable[[Stored], float]
    least: float | None = None
    most: float | None = None

    @property
    def bound(self) -> str:
        """As the table says it."""
        return f"at least {self.least:,g}" if self.least is not None else f"at most {self.most:,g}"

    def judge(self, stored: Stored) -> tuple[str, str]:
        """The figure and whether it is good; what was not measured is said so."""
        try:
            figure = self.figure(stored)
        except (KeyError, ValueError, StopIteration):
            return "", "not measured"
        good = figure >= self.least if self.least is not None else figure <= (self.most or 0)
        return f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}", "met" if good else "**missed**"


def _case(stored: Stored, part: str, case: int) -> Mapping[str, Any]:
    """The case, if it was measured with as many messages as is aimed at."""
    found: list[Mapping[str, Any]] = stored[part]["found"]
    return next(one for one in found if one["case"] == CASES[case].name)


def _ratio(case: int, other: str) -> Callable[[Stored], float]:
    def figure(stored: Stored) -> float:
        found = _case(stored, "throughput", case)
        return float(found["rollcall"]["per_second"] / found[other]["per_second"])

    return figure


def _to_peer(case: int) -> Callable[[Stored], float]:
    def figure(stored: Stored) -> float:
        ours, theirs = _case(stored, "throughput", case), _case(stored, "peers", case)
        return float(ours["rollcall"]["per_second"] / theirs["per_second"])

    return figure


def _growth(figure: Callable[[Mapping[str, Any]], float]) -> Callable[[Stored], float]:
    """The worst of the series to its smallest size."""

    def worst(stored: Stored) -> float:
        first, second, *more = [figure(one) for one in stored["sizes"]["found"]]
        return max([second, *more]) / first

    return worst


def _seconds_each(one: Mapping[str, Any]) -> float:
    return float(one["seconds"] / one["count"])


def _worker_memory(one: Mapping[str, Any]) -> float:
    return float(one["peak_mib"]["send_batch"])


def _first_of(count: int) -> Callable[[Stored], float]:
    def figure(stored: Stored) -> float:
        return float(next(one["first_seconds"] for one in stored["sizes"]["found"] if one["count"] == count))

    return figure


def _of(part: str, key: str, *, at: Mapping[str, int] | None = None) -> Callable[[Stored], float]:
    """A figure of a program of its own, if it was measured at that size."""

    def figure(stored: Stored) -> float:
        found = stored[part]["found"]
        if any(found[name] != value for name, value in (at or {}).items()):
            raise KeyError(part)
        return float(found[key])

    return figure


def _slowest_start(*, for_people: bool) -> Callable[[Stored], float]:
    def figure(stored: Stored) -> float:
        ratios = stored["cold_start"]["found"]["ratios"]
        return float(max(each for name, each in ratios.items() if name.startswith(FOR_PEOPLE) is for_people))

    return figure


def _people(name: str) -> Callable[[Stored], float]:
    return _of("people", name, at={"contacts": 100_000})


def _moved(name: str) -> Callable[[Stored], float]:
    return _of("automations", name, at={"waiting": 50_000})


def _planned(name: str) -> Callable[[Stored], float]:
    return _of("sequences", name, at={"people": 50_000, "mailboxes": 200})


AIMS = (
    Aim("SMS at 100 ms, times the build before", _ratio(SMS, "base"), least=6),
    Aim("SMS at 100 ms, share of the bare loop", _ratio(SMS, "bare"), least=0.5),
    Aim("SMS at 0 ms, times the build before", _ratio(SMS_AT_ONCE, "base"), least=10),
    Aim("emails at 100 ms, times the build before", _ratio(EMAIL, "base"), least=15),
    Aim("SMS at 100 ms, times Celery", _to_peer(SMS), least=1.5),
    Aim("SMS at 0 ms, times Celery", _to_peer(SMS_AT_ONCE), least=1.5),
    Aim("time a message, largest to smallest fire", _growth(_seconds_each), most=1.2),
    Aim("memory of `send_batch`, largest to smallest fire", _growth(_worker_memory), most=1.2),
    Aim(
        "rows a second, a file of 1,000,000",
        _of("intake", "rows_per_second", at={"rows": 999_999}),
        least=20_000,
    ),
    Aim("seconds, preview of 100,000 rows", _of("preview", "seconds", at={"rows": 100_000}), most=120),
    Aim(
        "seconds, 100,000 contacts made", _of("contacts", "create_seconds", at={"contacts": 100_000}), most=60
    ),
    Aim(
        "seconds, 100,000 contacts looked through",
        _of("contacts", "scan_seconds", at={"contacts": 100_000}),
        most=3,
    ),
    Aim("seconds, 100,000 contacts imported", _people("contact_imports_seconds"), most=60),
    Aim("seconds, segment of 100,000 by tags counted", _people("segments_tags_seconds"), most=3),
    Aim("seconds, segment of 100,000 by consent counted", _people("segments_consent_seconds"), most=3),
    Aim("seconds, segment of 100,000 by activity counted", _people("segments_activity_seconds"), most=3),
    Aim("MiB, an audience of three segments gathered from 100,000", _people("audience_peak_mib"), most=400),
    Aim("reads a contact, 50,000 waits timed anew", _moved("reads_a_contact"), most=1.05),
    Aim("writes a contact, 50,000 waits timed anew", _moved("writes_a_contact"), most=1.05),
    Aim("seconds, 50,000 emails planned over 200 mailboxes", _planned("plan_seconds"), most=5),
    Aim("moves after changes of sequences, to the fewest possible", _planned("moves_to_needed"), most=1.01),
    Aim(
        "ms, slowest page, 100,000 rows and 10,000 contacts",
        _of("pages", "slowest_ms", at={"rows": 100_000, "contacts": 10_000}),
        most=200,
    ),
    Aim("ms, webhooks' p99 while sending", _of("receipts", "answer_p99_ms"), most=250),
    Aim("seconds, fire to first accepted, 100,000 rows", _first_of(100_000), most=2),
    Aim("ms, reply to disposition", _of("receipts", "reply_longest_ms"), most=1_000),
    Aim("imports of ticks, workers, webhooks, to the base", _slowest_start(for_people=False), most=1.3),
    Aim("imports of API and portal, to the base", _slowest_start(for_people=True), most=2),
)
