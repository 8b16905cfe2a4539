"""Mailboxes: what sequences are sent from, how they are, and how much each has to send day by day."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from functions.portal.kit.forms import Form
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.mailbox_states import days_of, state_of
from functions.portal.sequence_effects import asks, open_replanning
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, NotFound, RollcallError
from shared.domain.senders.sender import Sender
from shared.domain.sequences.mailbox import CHANNEL, MOST_A_DAY, WarmUp
from shared.domain.sequences.plan_effect import PlanEffect
from shared.domain.sequences.what_if import MailboxEdit
from shared.usecases.sequences.ask_effect import ask_effect
from shared.usecases.sequences.remove_mailbox import remove_mailbox
from shared.usecases.sequences.save_mailbox import create_mailbox, edit_mailbox
from shared.views.kit.paging import PageAsked
from shared.views.mailbox_health import get_mailbox_health
from shared.views.senders import get_sender, list_senders
from shared.views.sent_today import count_sent_today
from shared.views.sequences import DayLoad, get_mailbox, list_mailboxes, list_sequences, read_plan

pages = Pages()
HERE = "/mailboxes"
SHOWN_DAYS = 60
MOST = PageAsked(500)  # a company's mailboxes, and its sequences


@pages.get(HERE, Scope.READ)
async def show_mailboxes(visit: Visit) -> Response:
    """All mailboxes, and their load together."""
    runtime, company_id = visit.runtime, visit.company_id
    mailboxes, senders, plan, sent = await asyncio.gather(
        list_mailboxes(runtime, company_id, MOST),
        list_senders(runtime, company_id, MOST),
        read_plan(runtime, company_id, days=SHOWN_DAYS),
        count_sent_today(runtime, company_id, visit.company.time_zone),
    )
    by_mailbox: dict[str, list[DayLoad]] = defaultdict(list)
    for load in plan.loads:
        by_mailbox[load.mailbox_id].append(load)
    today = _today(visit)
    found, known = mailboxes.items, {one.id: one for one in senders.items}
    states = [state_of(one, known.get(one.id), by_mailbox[one.id], today) for one in found]
    return visit.page(
        "mailboxes/list.html",
        mailboxes=sorted(states, key=lambda one: one.mailbox.email),
        sent=sent,
        days=days_of(plan.loads, [one for one in found if not one.is_paused]),
    )


@pages.get(f"{HERE}/new", Scope.SEND)
async def show_new_mailbox(visit: Visit) -> Response:
    """The form for another one."""
    return await _new(visit, {"sender_id": "", "daily_capacity": "30", **_ramp(None)}, {})


@pages.post(HERE, Scope.SEND)
async def add_mailbox(visit: Visit) -> Response:
    """Have sequences sent from a sender."""
    form = visit.form
    try:
        sender_id, fields = form.item_id("sender_id"), _read(form)
        form.check()
        made = await create_mailbox(visit.runtime, visit.company_id, sender_id, **fields)
    except InvalidInput as invalid:
        return await _new(visit, _typed(form), _placed(invalid))
    except RollcallError as refused:
        return await _new(visit, _typed(form), {"sender_id": str(refused)})
    return visit.go(f"{HERE}/{made.id}", done=f"{made.email} is a mailbox. Put it into sequences.")


@pages.get(f"{HERE}/{{mailbox_id}}", Scope.READ)
async def show_mailbox(visit: Visit) -> Response:
    """One mailbox: how it is, its load day by day, and how much it may send."""
    return await _page(visit, {})


@pages.post(f"{HERE}/{{mailbox_id}}", Scope.SEND)
async def change_mailbox(visit: Visit) -> Response:
    """Change how much it may send."""
    try:
        fields = _read(visit.form)
        visit.form.check()
        if asks(visit):
            return await _page(visit, {}, _foreseen(visit, fields))
        changed = await edit_mailbox(visit.runtime, visit.company_id, visit.path("mailbox_id"), fields)
    except InvalidInput as invalid:
        return await _page(visit, _placed(invalid))
    return visit.go(f"{HERE}/{changed.id}", done="The mailbox is changed.")


@pages.get(f"{HERE}/{{mailbox_id}}/pause", Scope.SEND)
async def ask_pause_mailbox(visit: Visit) -> Response:
    """What pausing it does."""
    return await _ask(visit, "pause")


@pages.post(f"{HERE}/{{mailbox_id}}/pause", Scope.SEND)
async def pause_mailbox(visit: Visit) -> Response:
    """Send nothing from it for now: others of the pool take over."""
    return await _pause(visit, is_paused=True)


@pages.post(f"{HERE}/{{mailbox_id}}/resume", Scope.SEND)
async def resume_mailbox(visit: Visit) -> Response:
    """Send from it again."""
    return await _pause(visit, is_paused=False)


@pages.get(f"{HERE}/{{mailbox_id}}/remove", Scope.SEND)
async def ask_remove_mailbox(visit: Visit) -> Response:
    """What taking it out of all sequences does."""
    return await _ask(visit, "remove")


@pages.post(f"{HERE}/{{mailbox_id}}/remove", Scope.SEND)
async def take_mailbox_out(visit: Visit) -> Response:
    """Take it out of all sequences; its sender stays."""
    mailbox_id = visit.path("mailbox_id")
    try:
        await remove_mailbox(visit.runtime, visit.company_id, mailbox_id)
    except RollcallError as refused:
        return visit.go(f"{HERE}/{mailbox_id}", refused=str(refused))
    return visit.go(HERE, done="The mailbox is gone; its sender is still there.")


async def _pause(visit: Visit, *, is_paused: bool) -> Response:
    mailbox_id = visit.path("mailbox_id")
    await edit_mailbox(visit.runtime, visit.company_id, mailbox_id, {"is_paused": is_paused})
    done = "Nothing more is planned from it." if is_paused else "It is used again from now on."
    return visit.go(f"{HERE}/{mailbox_id}", done=done)


async def _ask(visit: Visit, what: str) -> Response:
    runtime, company_id = visit.runtime, visit.company_id
    mailbox, (effect, refused) = await asyncio.gather(
        get_mailbox(runtime, company_id, visit.path("mailbox_id")),
        _foreseen_or_refused(visit, {"is_paused": True} if what == "pause" else None),
    )
    return visit.page(f"mailboxes/{what}.html", mailbox=mailbox, effect=effect, refused=refused)


async def _foreseen_or_refused(visit: Visit, changes: dict[str, Any] | None) -> tuple[PlanEffect | None, str]:
    """What it would change of the plan, or why it cannot be."""
    try:
        return await _foreseen(visit, changes), ""
    except RollcallError as refusal:
        return None, str(refusal)


async def _foreseen(visit: Visit, changes: dict[str, Any] | None) -> PlanEffect:
    """What other values of the mailbox would move, or its removal. Raises NotFound, Conflict."""
    what = MailboxEdit(mailbox_id=visit.path("mailbox_id"), changes=changes)
    return await ask_effect(visit.runtime, visit.company_id, what)


async def _page(
    visit: Visit, problems: dict[str, str], asked: Awaitable[PlanEffect] | None = None
) -> Response:
    runtime, company_id = visit.runtime, visit.company_id
    mailbox_id = visit.path("mailbox_id")
    mailbox, sender, plan, sequences, health, effect = await asyncio.gather(
        get_mailbox(runtime, company_id, mailbox_id),
        _sender(visit, mailbox_id),
        read_plan(runtime, company_id, days=SHOWN_DAYS, mailbox_id=mailbox_id),
        list_sequences(runtime, company_id, MOST),
        get_mailbox_health(runtime, company_id, mailbox_id),
        asked or _nothing(),
    )
    stored = {"daily_capacity": str(mailbox.daily_capacity), **_ramp(mailbox.warm_up)}
    return visit.page(
        "mailboxes/mailbox.html",
        code=422 if problems else 200,
        mailbox=mailbox,
        health=health,
        state=state_of(mailbox, sender, plan.loads, _today(visit)),
        days=days_of(plan.loads, [mailbox]),
        sequences=[one for one in sequences.items if mailbox.id in one.mailbox_ids],
        typed=_typed(visit.form) if problems or effect else stored,
        problems=problems,
        effect=effect,
        replanning=open_replanning(plan),
    )


async def _nothing() -> None:
    """What nothing was asked for would move."""


async def _sender(visit: Visit, sender_id: str) -> Sender | None:
    """The mailbox's sender; None where it is gone."""
    try:
        return await get_sender(visit.runtime, visit.company_id, sender_id)
    except NotFound:
        return None


async def _new(visit: Visit, typed: dict[str, Any], problems: dict[str, str]) -> Response:
    known = {one.id for one in (await list_mailboxes(visit.runtime, visit.company_id, MOST)).items}
    senders = (await list_senders(visit.runtime, visit.company_id, MOST, channel=CHANNEL)).items
    return visit.page(
        "mailboxes/new.html",
        code=422 if problems else 200,
        senders=[one for one in senders if one.id not in known],
        typed=typed,
        problems=problems,
    )


def _today(visit: Visit) -> date:
    return visit.runtime.now().astimezone(ZoneInfo(visit.company.time_zone)).date()


def _ramp(warm_up: WarmUp | None) -> dict[str, str]:
    return {
        "begins_on": warm_up.begins_on.isoformat() if warm_up else "",
        "first_day": str(warm_up.first_day) if warm_up else "5",
        "more_each_day": str(warm_up.more_each_day) if warm_up else "5",
    }


def _typed(form: Form) -> dict[str, Any]:
    return {name: form.given(name) for name in ("sender_id", "daily_capacity", *_ramp(None))}


def _read(form: Form) -> dict[str, Any]:
    """The fields of a mailbox that the form says; faults are noted in it."""
    capacity = form.whole("daily_capacity", least=1, most=MOST_A_DAY)
    if capacity is None:
        form.wrong("daily_capacity", "say how many")
    begins = form.days("begins_on")
    first = form.whole("first_day", least=1, most=MOST_A_DAY)
    more = form.whole("more_each_day", least=1, most=MOST_A_DAY)
    ramp = WarmUp(begins_on=begins[0], first_day=first or 5, more_each_day=more or 5) if begins else None
    return {"daily_capacity": capacity or 1, "warm_up": ramp}


def _placed(invalid: InvalidInput) -> dict[str, str]:
    return {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}
