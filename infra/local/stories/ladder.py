"""A ladder of channels: WhatsApp three days before, a text where that did not arrive, a call at five.

Whoever answers gets nothing more, and the answer moves the appointment, in English and in Spanish.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

from infra.local.api_client import Json
from infra.local.stage import Stage
from infra.local.stories.kit.ladder_campaigns import COLUMNS, fire_ladders
from infra.local.stories.kit.ladder_check import faults_of
from infra.local.stories.kit.patients import CALL, CHAT, NEW_YORK, PATIENTS, TEXT, Patient, appointments
from infra.local.stories.kit.story import Story
from infra.local.waiting import wait_while_moving

BEGINS = clock_time(8, 30)  # in New York; the messages are planned, and nothing is due yet
_NAMES = {CHAT: "WhatsApp", TEXT: "text", CALL: "call"}
# By the clock in New York; Los Angeles is three hours behind. A text is due four hours after the WhatsApp
# message went out, and within a minute.
STOPS = (
    (clock_time(9, 0), CHAT, "New York"),
    (clock_time(12, 0), CHAT, "Los Angeles"),
    (clock_time(13, 2), TEXT, "New York"),
    (clock_time(16, 2), TEXT, "Los Angeles"),
    (clock_time(17, 0), CALL, "New York"),
    (clock_time(20, 0), CALL, "Los Angeles"),
)
FINAL = ("delivered", "undelivered", "failed", "read")
OPEN = ("queued", "sending")
LOOK_SECONDS = 0.3


def _begins(now: datetime) -> datetime:
    day = (now.astimezone(NEW_YORK) + timedelta(days=1)).date()
    return datetime.combine(day, BEGINS, NEW_YORK).astimezone(UTC)


async def tell(stage: Stage) -> bool:
    """Show the day of the reminders; whether everybody got what they must, when they must, and no more."""
    begun = _now(stage).astimezone(NEW_YORK)
    stage.say(
        f"It is {begun:%A, %B %d, %H:%M} in New York. Watch the phones: {stage.stack.addresses.simulator}"
    )
    for one in PATIENTS:
        if CALL in one.rungs and one.presses:
            await stage.simulator.plan_calls(one.phone, keys=one.presses)
    file = await _loaded(stage, appointments(begun.date()))
    fires = await fire_ladders(stage, file)
    stage.say(
        f"{len(PATIENTS)} visits in three days: campaigns in English and Spanish are fired, all is planned"
    )
    for at, rung, town in STOPS:
        await _stop(stage, datetime.combine(begun.date(), at, NEW_YORK), rung, town, fires)
    messages = await _messages(stage, fires)
    return _is_as_told(stage, messages, await stage.simulator.messages(), await _reports(stage, fires))


def _now(stage: Stage) -> datetime:
    return stage.runtime.now()


async def _loaded(stage: Stage, content: bytes) -> Json:
    source = await stage.api.post(
        "/sources", {"name": "Visits", "columns": COLUMNS, "time_zone_field": "time_zone"}
    )
    link = await stage.api.post("/files", {"source_id": source["id"], "name": "visits.csv"})
    await stage.api.put_file(link, content)
    return await stage.api.wait_for(
        f"/files/{link['file']['id']}", "state", "loaded", "refused", say=stage.say
    )


async def _messages(stage: Stage, fires: dict[str, str]) -> list[Json]:
    return [
        one
        for fire_id in fires.values()
        for one in (await stage.api.get("/messages", fire_id=fire_id, limit="100"))["items"]
    ]


async def _stop(stage: Stage, at: datetime, rung: str, town: str, fires: dict[str, str]) -> None:
    """Set the clock, wait until all that is due then went out and arrived or not, and let people answer."""
    if stage.stack.clock is not None:
        stage.stack.clock.set(at)
    stage.say(f"\n{at:%H:%M} in New York: {_NAMES[rung]} in {town}")
    reached = [one for one in PATIENTS if rung in one.rungs and town in one.zone.key.replace("_", " ")]
    await wait_while_moving(
        f"the {_NAMES[rung]} to arrive",
        lambda: _messages(stage, fires),
        lambda found: _is_quiet(found, at) and _have_it(found, reached, rung),
    )
    for one in reached:
        came = await stage.simulator.messages(handset=one.handset(rung), channel=rung)
        sent = [message for message in came if not message["incoming"]]
        if sent:
            stage.say(f"  {one.name}: {sent[-1]['body']!r} ({sent[-1]['status']})")
        if one.rungs[-1] == rung and one.ends_as:
            await _answer(stage, one, rung, fires)


def _is_quiet(messages: Sequence[Json], at: datetime) -> bool:
    """Whether nothing that was due by then is under way."""
    due = [one for one in messages if one["planned_for"] and datetime.fromisoformat(one["planned_for"]) <= at]
    sent = [one for one in due if one["state"] == "sent"]
    return not any(one["state"] in OPEN for one in due) and all(one["delivery"] in FINAL for one in sent)


def _have_it(messages: Sequence[Json], people: Sequence[Patient], rung: str) -> bool:
    """Whether each of them was sent something on the rung."""
    sent = {one["address"] for one in messages if one["channel"] == rung and one["state"] == "sent"}
    return sent >= {one.phone for one in people}


async def _answer(stage: Stage, one: Patient, rung: str, fires: dict[str, str]) -> None:
    """Answer as that person does, and say how long it took to move the appointment."""
    [asked] = [
        message
        for message in await _messages(stage, fires)
        if message["address"] == one.phone and message["channel"] == rung
    ]
    started = time.monotonic()
    if rung == CHAT and one.presses:
        await stage.simulator.press(one.handset(rung), one.presses)
    elif one.writes:
        await stage.simulator.reply(one.handset(rung), one.writes)  # a key was pressed in the call itself
    await wait_while_moving(
        f"{one.name}'s answer to move the appointment",
        lambda: stage.api.get(f"/messages/{asked['id']}"),
        lambda found: found["disposition"] == one.ends_as,
        pause=0.02,
    )
    took = "" if rung == CALL else f" after {time.monotonic() - started:.2f} s"
    stage.say(f"  {one.name} {one.says}: the appointment is {str(one.ends_as).replace('_', ' ')}{took}")


async def _reports(stage: Stage, fires: dict[str, str]) -> list[Json]:
    for fire_id in fires.values():
        await stage.api.wait_for(f"/fires/{fire_id}", "status", "sent", "needs_attention", say=stage.say)
    return [await stage.api.get(f"/fires/{fire_id}/report") for fire_id in fires.values()]


def _is_as_told(
    stage: Stage, messages: Sequence[Json], came: Sequence[Json], reports: Sequence[Json]
) -> bool:
    faults = [fault for one in PATIENTS for fault in faults_of(one, messages, came)]
    for report in reports:
        ledger = report["ledger"]
        if ledger["pending"] or ledger["unknown"] or ledger["failed"]:
            faults.append(f"the ledger of fire {report['fire_id']} is {ledger}")
        stage.say(f"Ledger: {ledger}; skipped: {report['skipped']}")
    for fault in faults:
        stage.say(f"NOT AS TOLD: {fault}")
    if not faults:
        stage.say(
            "\nEverybody was reached once on each rung they needed, at its hour, and on none after an answer."
        )
    return not faults


async def linger(stage: Stage) -> None:
    """Say what becomes of everything that is written at the phone page, until stopped."""
    stage.say(
        "\nWanda has not answered. Write from her phone on the phone page: her appointment moves at once."
    )
    told = {one["id"] for one in (await stage.api.get("/replies", limit="100"))["items"]}
    while True:
        found = (await stage.api.get("/replies", limit="20"))["items"]
        for reply in reversed([one for one in found if one["id"] not in told]):
            told.add(reply["id"])
            taken_for = reply["disposition"] or reply["meaning"]
            stage.say(f"  {reply['address']}: {reply['body']!r} -> {taken_for.replace('_', ' ')}")
        await asyncio.sleep(LOOK_SECONDS)


STORY = Story(tell=tell, linger=linger, begins=_begins)
