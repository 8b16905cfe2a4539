"""Publish an automation's draft as its next version: from here on it runs.

Who stands on a step that it deletes or changes is brought up by jobs of its own, or as soon as a worker meets
the enrollment: by what was chosen for that step.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from shared.domain.automations.automation import (
    Automation,
    AutomationVersion,
    Definition,
    Moving,
    definition_in,
    version_id,
)
from shared.domain.automations.bring_up import move_job
from shared.domain.automations.editing import Choice, check_choices, check_kinds, step_changes
from shared.domain.automations.state import AutomationState
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.event import EventType
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.automations import ENROLLMENTS_ON_STEP
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.automations.check_parts import check_parts
from shared.usecases.automations.freeze_sends import freeze_sends
from shared.usecases.outbox.find_heard import looked_after
from shared.usecases.outbox.find_listeners import forget_listeners

_NOTHING: Mapping[str, Choice] = MappingProxyType({})


class _Edit(Struct, frozen=True, kw_only=True):
    """What is to be published, over which automation as it was read."""

    read: Automation
    definition: Definition
    contents: dict[str, str]
    choices: dict[str, str]
    moving: Moving | None
    by: str


async def publish_automation(
    runtime: Runtime,
    company_id: str,
    automation_id: str,
    *,
    by: str = "",
    choices: Mapping[str, Choice] = _NOTHING,
) -> Automation:
    """The automation, running as its draft says. `choices` are by step; without one the default holds.

    Raises NotFound, InvalidInput, and Conflict when it is edited or published meanwhile.
    """
    stores = runtime.stores
    read = await stores.automations.get(company_id, automation_id)
    edit = await _prepare(runtime, company_id, read, choices, by)

    async def publish(transaction: Transaction) -> tuple[Automation, AutomationVersion | None]:
        current = await stores.automations.get(company_id, automation_id, transaction)
        newest = await stores.automation_versions.find(
            company_id, version_id(automation_id, current.version), transaction
        )
        if newest is not None and _is_the_same(newest, current, edit):
            return current, newest
        if (current.draft, current.version) != (read.draft, read.version):
            raise Conflict("The automation was edited or published meanwhile. Look at it again.")
        live, version = _published(runtime, current, edit)
        stores.automation_versions.put(transaction, company_id, version.id, version)
        stores.automations.put_changed(transaction, company_id, automation_id, current, live)
        return live, version

    published, version = await transact(stores.db, publish)
    forget_listeners(runtime, company_id)
    if version is not None and version.moving is not None and not version.moving.is_done:
        await announce_jobs(runtime, [move_job(company_id, version)], "move_enrollments.publish")
    return published


async def _prepare(
    runtime: Runtime, company_id: str, read: Automation, choices: Mapping[str, Choice], by: str
) -> _Edit:
    definition = await check_parts(runtime, company_id, definition_in(read.draft))
    old = definition_in(read.live).steps if read.live else ()
    changes = step_changes(old, definition.steps)
    if problems := [*check_kinds(old, definition.steps), *check_choices(changes, choices)]:
        raise InvalidInput(*problems)
    contents = await freeze_sends(runtime, company_id, read, definition)
    ids = tuple(one.step_id for one in changes)
    counts = [
        await runtime.stores.automation_enrollments.count(
            company_id, ENROLLMENTS_ON_STEP, read.id, step_id, 0
        )
        for step_id in ids
    ]
    return _Edit(
        read=read,
        definition=definition,
        contents=dict(contents),
        choices={step_id: str(choice) for step_id, choice in choices.items()},
        moving=Moving(step_ids=ids, found=sum(counts)) if ids else None,
        by=by,
    )


def _is_the_same(newest: AutomationVersion, current: Automation, edit: _Edit) -> bool:
    """Whether this was published already: perhaps by an attempt of ours that reported an error."""
    return (newest.definition, newest.contents) == (current.draft, edit.contents)


def _published(runtime: Runtime, current: Automation, edit: _Edit) -> tuple[Automation, AutomationVersion]:
    now, number = runtime.now(), current.version + 1
    version = AutomationVersion(
        id=version_id(current.id, number),
        automation_id=current.id,
        number=number,
        definition=current.draft,
        published_at=now,
        published_by=edit.by,
        contents=edit.contents,
        choices=edit.choices,
        moving=edit.moving,
    )
    is_new = current.state in (AutomationState.DRAFT, AutomationState.ENDED)
    live = replace(
        current,
        live=current.draft,
        version=number,
        heard=_heard(current, edit.definition),
        state=AutomationState.LIVE if is_new else current.state,
        updated_at=now,
        due_at=now + looked_after(runtime) if edit.moving else now,
    )
    return live, version


def _heard(current: Automation, definition: Definition) -> tuple[EventType, ...]:
    """What it listens to from now on: also for those who stay on a version that waits on other fields."""
    heard = {one.event for one in definition.events()}
    before = definition_in(current.live).waits_on() if current.live else frozenset[str]()
    if EventType.FIELD_CHANGED in current.heard or not before <= definition.waits_on():
        heard.add(EventType.FIELD_CHANGED)
    return tuple(sorted(heard))
