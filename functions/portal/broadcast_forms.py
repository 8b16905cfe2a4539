"""Planning a series of broadcasts: who gets it, the text of each wave, and the first day; and ending one."""

from typing import Any

from starlette.responses import Response

from functions.portal.audience_fields import (
    NOBODY,
    audience_place,
    offers_for,
    read_audience,
    typed_audience,
    typed_of_audience,
)
from functions.portal.campaign_fields import Choices
from functions.portal.campaign_forms import choices_of
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.message_templates import save_text
from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.campaigns.broadcast import PAUSE_SECONDS, Broadcast, BroadcastState, Wave
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.segment import Told
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.usecases.campaigns.cancel_broadcast import cancel_broadcast
from shared.usecases.campaigns.save_broadcast import create_broadcast
from shared.views.broadcasts import get_broadcast

pages = Pages()
FIRST, SECOND = "", "second_"  # before the names of a wave's fields
LONGEST_PAUSE = 10_080  # minutes: a week
_WAVE = ("sender_id", "template_id", "subject", "body")
_NAMES = ("id", "name", "at", "pause_minutes", *_WAVE, *(SECOND + one for one in _WAVE))


@pages.get("/broadcasts/new", Scope.SEND)
async def show_new_broadcast(visit: Visit) -> Response:
    """The form, empty."""
    typed: dict[str, Any] = dict.fromkeys(_NAMES, "") | typed_of_audience(NOBODY)
    typed |= {one: random_id() for one in ("id", "template_id", "second_template_id")}
    typed["pause_minutes"] = str(PAUSE_SECONDS // 60)
    return await _page(visit, await choices_of(visit, NOBODY), typed, {})


@pages.post("/broadcasts", Scope.SEND)
async def add_broadcast(visit: Visit) -> Response:
    """Plan the first of a series. Sent twice, it is one."""
    choices = await choices_of(visit, NOBODY)
    try:
        planned = await _read(visit, choices, await read_audience(visit, NOBODY))
        made = await create_broadcast(visit.runtime, visit.company_id, planned)
    except InvalidInput as invalid:
        problems = {_place(one.field): one.reason for one in invalid.problems}
        typed = {name: visit.form.given(name) for name in _NAMES} | typed_audience(visit)
        return await _page(visit, choices, typed, problems)
    return visit.go(f"/broadcasts/{made.id}", done="It is planned. Until its time comes nothing is sent.")


@pages.get("/broadcasts/{broadcast_id}/cancel", Scope.SEND)
async def ask_cancel_broadcast(visit: Visit) -> Response:
    """What ends: this day, or the series."""
    live = await get_broadcast(visit.runtime, visit.company_id, visit.path("broadcast_id"))
    pending = sum(wave.pending for wave in live.waves)
    is_planned = live.broadcast.state is BroadcastState.PLANNED
    return visit.page("broadcasts/cancel.html", one=live.broadcast, pending=pending, is_planned=is_planned)


@pages.post("/broadcasts/{broadcast_id}/cancel", Scope.SEND)
async def cancel(visit: Visit) -> Response:
    """End it, alone or with those that would follow."""
    broadcast_id, goes_on = visit.path("broadcast_id"), visit.form.is_set("goes_on")
    here = f"/broadcasts/{broadcast_id}"
    try:
        ended = await cancel_broadcast(visit.runtime, visit.company_id, broadcast_id, goes_on=goes_on)
    except RollcallError as refused:
        return visit.go(here, refused=str(refused))
    if ended.next_id is not None:
        return visit.go(here, done="It is cancelled. The next one of its series stays planned.")
    return visit.go(here, done="It is cancelled, and no other follows it.")


async def _read(visit: Visit, choices: Choices, audience: PeopleAudience) -> Broadcast:
    """What the form says, its texts stored. Raises InvalidInput naming every field that is wrong."""
    form, now, hours = visit.form, visit.runtime.now(), visit.company.contact_hours
    name, item_id, at = form.line("name"), form.item_id("id"), form.wall_time("at")
    if at is None:
        form.wrong("at", "say when the first one goes out")
    pause = form.whole("pause_minutes", least=1, most=LONGEST_PAUSE)
    senders = {one: _sender(visit, choices, one) for one in (FIRST, SECOND)}
    has_second = bool(form.given("second_body").strip())
    form.text("body")
    form.check()
    first = await _wave(visit, choices, senders[FIRST], FIRST, name)
    second = await _wave(visit, choices, senders[SECOND], SECOND, f"{name}, again") if has_second else None
    if first is None or at is None:
        raise TypeError("a form without faults has a first wave and a time")
    return Broadcast(
        id=item_id,
        series_id=item_id,
        number=1,
        name=name,
        audience=audience,
        first=first,
        second=second,
        at=at,
        run_at=now,
        created_at=now,
        updated_at=now,
        pause_seconds=pause * 60 if pause else PAUSE_SECONDS,
        window=ContactWindow(
            days=hours.days,
            opens=hours.opens,
            closes=hours.closes,
            time_zone_field=str(Told.TIME_ZONE),
            keeps_quiet_hours=hours.keeps_quiet_hours,
        ),
        asked_by=f"user {visit.user.id}",
    )


def _sender(visit: Visit, choices: Choices, wave: str) -> Sender | None:
    sender_id = visit.form.item_id(f"{wave}sender_id")
    sender = next((one for one in choices.senders if one.id == sender_id), None)
    if sender_id and sender is None:
        visit.form.wrong(f"{wave}sender_id", "is no choice of this form")
    return sender


async def _wave(visit: Visit, choices: Choices, sender: Sender | None, wave: str, name: str) -> Wave | None:
    """The wave, its text stored. Raises InvalidInput, by the form's fields."""
    if sender is None:
        return None
    template_id = visit.form.item_id(f"{wave}template_id")
    visit.form.check()
    try:
        text = await save_text(visit, template_id, name, sender.channel, wave)
    except InvalidInput as invalid:
        raise InvalidInput(*(replace(one, field=wave + one.field) for one in invalid.problems)) from None
    return Wave(
        channel=sender.channel,
        template_id=text.id,
        sender_id=sender.id,
        address_field=choices.address_field(sender),
    )


def _place(field: str) -> str:
    """The form's field for one of the record's: second.sender_id is `second_sender_id`."""
    first, _, last = field.partition(".")
    if side := audience_place(field):
        return side
    if field in _NAMES:  # the form's own
        return field
    return {"first": last, "second": SECOND + last, "pause_seconds": "pause_minutes"}.get(first, first)


async def _page(visit: Visit, choices: Choices, typed: dict[str, Any], problems: dict[str, str]) -> Response:
    return visit.page(
        "broadcasts/form.html",
        code=422 if problems else 200,
        campaign=None,
        choices=choices,
        typed=typed,
        problems=problems,
        first={},
        offers=await offers_for(visit, typed, NOBODY),
    )
