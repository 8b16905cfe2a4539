"""No view shows one company what another has, whoever calls it: API, portal or a program of ops."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from typing import Any

from shared import views
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.window import ContactWindow
from shared.domain.errors import InvalidInput, NotFound
from shared.views.contact_lists import ListCount
from shared.views.kit.paging import Page, PageAsked
from tests.kit.api.office import OURS, THEIRS, Office

View = Callable[..., Any]


def _views() -> Iterator[tuple[View, tuple[str, ...]]]:
    """Every view of a company with the parameters it cannot do without."""
    for module in pkgutil.iter_modules(views.__path__):
        for name, view in vars(import_module(f"{views.__name__}.{module.name}")).items():
            if not inspect.iscoroutinefunction(view) or name.startswith("_"):
                continue
            needed = [p for p in inspect.signature(view).parameters.values() if p.default is p.empty]
            names = tuple(parameter.name for parameter in needed)
            if view.__module__.endswith(f".{module.name}") and names[1:2] == ("company_id",):
                yield view, names[2:]


NEW_YEAR = datetime.fromisoformat("2030-01-01T09:00")
VIEWS = tuple(_views())
LISTS = [view for view, needed in VIEWS if needed == ("asked",)]
WITH_AN_ID = [(view, needed) for view, needed in VIEWS if any(name.endswith("_id") for name in needed)]


def _filled(office: Office, needed: tuple[str, ...]) -> dict[str, Any]:
    """Arguments that name our things."""
    ours: dict[str, Any] = {
        "key_id": office.keys[OURS].split("_")[2],
        "opt_out_id": f"opt-out-{OURS}",
        "asked": PageAsked(200),
        "outcomes": None,
        "row_number": 2,
        "schedule": Schedule(
            kind=ScheduleKind.RECURRING, at=datetime.fromisoformat("2030-01-07T09:00"), rule="FREQ=DAILY"
        ),
        "window": ContactWindow(),
    }
    return {name: ours.get(name, f"{name.removesuffix('_id')}-{OURS}") for name in needed}


async def test_an_id_of_anothers_names_nothing(office: Office) -> None:
    found: dict[str, set[str]] = {}
    for company_id in (OURS, THEIRS):
        for view, needed in WITH_AN_ID:
            try:
                shown = await view(office.runtime, company_id, **_filled(office, needed))
            except (NotFound, InvalidInput):
                shown = None
            counted = sum(shown.values()) if view.__name__ == "count_people" and shown else shown
            counted = len(counted.items) if isinstance(counted, Page) else counted
            counted = counted.count if isinstance(counted, ListCount) else counted
            if counted not in (None, 0):  # a count of nothing tells nothing
                found.setdefault(company_id, set()).add(view.__name__)
    assert found.get(THEIRS, set()) == set()
    assert len(found[OURS]) >= 15


# The key that the office calls with stands beside the one that is looked at.
COUNTS = {"list_notices": 0, "list_api_keys": 2, "list_shown_api_keys": 2}


async def test_lists_hold_ones_own(office: Office) -> None:
    for view in LISTS:
        ours, theirs = await _ids(view, office, OURS), await _ids(view, office, THEIRS)
        assert ours & theirs == set(), view.__name__
        assert len(ours) == len(theirs) == COUNTS.get(view.__name__, 1), view.__name__
    assert len(LISTS) >= 13


async def _ids(view: View, office: Office, company_id: str) -> set[str]:
    page = await view(office.runtime, company_id, PageAsked(200))
    return {getattr(item, "id", "") or item.email.id for item in page.items}
