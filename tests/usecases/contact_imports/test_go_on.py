"""A worker that dies at any step of an import, or of its undo: another one finishes it, and just once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.contacts.contact_import import ImportState
from shared.domain.record import replace
from shared.usecases.contact_imports import import_contacts, load_block, read_import, undo_import
from shared.usecases.contact_imports.start_import import begin_undo
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.usecases.contact_imports.office import announced, bare, contacts, counted, done, load

FIRST = "Key,Name,Tags\n" + "".join(f"P{n},Person {n},old\n" for n in range(6))
SECOND = "Key,Name,Tags,Phone\n" + "".join(
    f"P{n},Person {n % 4},new,{'12' if n == 7 else f'212555{n:04}'}\n" for n in range(3, 12)
)
COUNTS = {"rows": 9, "created": 5, "updated": 3, "rejected": 1}


class Died(BaseException):
    """The process is gone."""


def dying(work: Callable[..., Awaitable[Any]], *, after: bool, call: int) -> Callable[..., Awaitable[Any]]:
    """The same work, but at its so-manieth call the process dies before it, or just after it."""
    calls = 0

    async def run(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            raise Died
        result = await work(*args, **named)
        if calls == call:
            raise Died
        return result

    return run


STEPS = [
    (load_block, "plan_block"),
    (load_block, "change_contacts"),
    (load_block, "_store_rejected"),
    (import_contacts, "keep"),
    (import_contacts, "end"),
]
UNDO_STEPS = [(undo_import, "_store"), (undo_import, "change_contacts"), (undo_import, "keep")]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("module", "name"), STEPS)
async def test_an_import_goes_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: bool
) -> None:
    clock = clinic.stop_clock(NOON)
    monkeypatch.setattr(read_import, "BLOCK_ROWS", 4)
    await load(clinic, FIRST)
    import_id = await announced(clinic, SECOND)
    call = 1 if name == "end" else 2
    with monkeypatch.context() as patched:
        patched.setattr(module, name, dying(getattr(module, name), after=after, call=call))
        with pytest.raises(Died):
            await done(clinic, import_id)
    clock.at += timedelta(seconds=clinic.runtime.settings.lease_seconds + 1)
    item = await done(clinic, import_id)
    assert (item.state, counted(item), item.blocks) == (ImportState.LOADED, COUNTS, 3)
    found = {one.key: one for one in (await contacts(clinic)).values()}
    assert len(found) == 11
    assert {found[f"P{n}"].version for n in (3, 4, 5)} == {2}, "each was changed once"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("module", "name"), UNDO_STEPS)
async def test_an_undo_goes_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: bool
) -> None:
    clock = clinic.stop_clock(NOON)
    monkeypatch.setattr(read_import, "BLOCK_ROWS", 4)
    await load(clinic, FIRST)
    before = bare((await contacts(clinic)).values())
    item = await load(clinic, SECOND)
    await begin_undo_quietly(clinic, item.id)
    with monkeypatch.context() as patched:
        patched.setattr(module, name, dying(getattr(module, name), after=after, call=2))
        with pytest.raises(Died):
            await done(clinic, item.id)
    clock.at += timedelta(seconds=clinic.runtime.settings.lease_seconds + 1)
    undone = await done(clinic, item.id)
    assert (undone.state, undone.restored, undone.left) == (ImportState.UNDONE, 8, 0)
    assert bare((await contacts(clinic)).values()) == before


async def begin_undo_quietly(clinic: Clinic, import_id: str) -> None:
    """Have the undo begin, with its job lost."""
    clinic.runs_jobs = False
    await begin_undo(clinic.runtime, "acme", import_id)


@pytest.mark.parametrize(
    ("tried_for", "state"),
    [
        (timedelta(hours=2), ImportState.REFUSED),
        (timedelta(hours=2) - timedelta(seconds=1), ImportState.LOADED),
    ],
)
async def test_an_import_is_given_up_only_after_hours(
    clinic: Clinic, tried_for: timedelta, state: ImportState
) -> None:
    clinic.stop_clock(NOON)
    import_id = await announced(clinic, FIRST)
    imports, since = clinic.stores.contact_imports, NOON - tried_for
    item = await imports.get("acme", import_id)
    stalled = replace(item, attempt=20, claimed_at=since, lease_token="dead", lease_until=since)
    await imports.save("acme", import_id, stalled)
    assert (await done(clinic, import_id)).state is state
