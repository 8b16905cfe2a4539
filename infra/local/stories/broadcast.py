"""A broadcast in two waves: made on a Friday, sent in runs, asked again, ended by the provider's statuses.

What the provider puts off goes back to the pool. Who has replied gets no second message.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial

from infra.local.api_client import Json
from infra.local.simulator.outcomes import Answer
from infra.local.stage import Stage
from infra.local.stories.kit.broadcast_people import (
    FIRST,
    NEW_YORK,
    PEOPLE,
    RUN,
    SECOND,
    SILENT,
    open_broadcast,
)
from infra.local.stories.kit.story import Story
from infra.local.waiting import wait_while_moving

BEGINS, RUNS_AT = time(8, 55), time(9, 0)  # in New York
FRIDAY, MINUTE = 4, timedelta(minutes=1)
PUT_OFF = 2
EARLY = 0.05  # of a second: clocks of two processes


def _begins(now: datetime) -> datetime:
    """Five to nine on the next Friday."""
    today = now.astimezone(NEW_YORK).date()
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7 or 7)
    return datetime.combine(friday, BEGINS, NEW_YORK).astimezone(UTC)


async def tell(stage: Stage) -> bool:
    """Show the broadcast from its plan to its end; whether all came as told."""
    friday = stage.runtime.now().astimezone(NEW_YORK).date()
    nine = datetime.combine(friday, RUNS_AT, NEW_YORK)
    stage.say(f"It is Friday, {friday}, {BEGINS:%H:%M}. Watch the phones: {stage.stack.addresses.simulator}")
    broadcast_id = await open_broadcast(stage, nine, closed_day=friday + timedelta(days=3))
    made = await stage.api.post("/broadcasts/make")
    again = await stage.api.post("/broadcasts/make")
    stage.say(f"Made. The next one runs at {made['following']['run_at']}: Monday is closed")
    await _wait(stage, broadcast_id, "the messages to be built", lambda seen: bool(seen["waves"]))

    await _first_wave(stage, broadcast_id, nine)
    waiting = await _wait(
        stage, broadcast_id, "the first wave to end", lambda seen: seen["phase"] == "waiting"
    )
    stage.say(f"\n{waiting['waits_for'][0]}")
    for handset, words in ((PEOPLE[0], "1"), (PEOPLE[1], "Who is this?")):
        await stage.simulator.reply(handset, words)
        stage.say(f"  {handset} writes {words!r}")
    await _wait_for_replies(stage, waiting["fire_id"], 2)
    begins = datetime.fromisoformat(waiting["second_wave_at"])
    late = await _second_wave(stage, broadcast_id, begins)

    ended = await _wait(stage, broadcast_id, "the end", lambda seen: seen["phase"] == "ended")
    pages = ended["collected"]
    stage.say(
        f"\nEnded by itself: {pages['page_count']} page(s) of statuses were read from the provider, "
        f"{pages['settled_count']} message(s) moved on by them"
    )
    faults = [
        *_faults_of_making(made, again, nine),
        *_faults_of_waves(ended),
        *_faults_of_sending(await stage.simulator.messages(), late, nine, begins),
        *await _faults_of_statuses(stage, ended),
    ]
    for fault in faults:
        stage.say(f"NOT AS TOLD: {fault}")
    return not faults


async def _wait(stage: Stage, broadcast_id: str, what: str, holds: Callable[[Json], bool]) -> Json:
    return await wait_while_moving(what, lambda: stage.api.get(f"/broadcasts/{broadcast_id}"), holds)


async def _wait_for_replies(stage: Stage, fire_id: str, count: int) -> None:
    await wait_while_moving(
        "the replies",
        lambda: stage.api.get("/replies", fire_id=fire_id, limit="100"),
        lambda found: len(found["items"]) == count,
    )


async def _at(stage: Stage, moment: datetime) -> None:
    if stage.stack.clock is not None:
        stage.stack.clock.set(moment)
    stage.say(f"\n{moment.astimezone(NEW_YORK):%H:%M:%S} in New York")


async def _first_wave(stage: Stage, broadcast_id: str, nine: datetime) -> None:
    """Three runs; of the second the provider puts two off, and a fourth takes them."""
    pending, left = len(PEOPLE), [len(PEOPLE) - RUN, len(PEOPLE) - 2 * RUN + PUT_OFF, PUT_OFF, 0]
    for number, rest in enumerate(left):
        if number == 1:
            await stage.simulator.ask_fault("twilio", Answer.THROTTLED, count=PUT_OFF)
        await _at(stage, nine + number * MINUTE)
        await _wait(stage, broadcast_id, "the run", partial(_has_at_most, rest))
        stage.say(f"  run {number + 1}: {pending - rest} texts went out, {rest} are in the pool")
        pending = rest


def _has_at_most(pending: int, seen: Json) -> bool:
    return bool(seen["waves"][0]["pending"] <= pending)


async def _second_wave(stage: Stage, broadcast_id: str, begins: datetime) -> str:
    """Two runs. Somebody in the second answers before it; their number."""
    await _at(stage, begins)
    asked = len(PEOPLE) - 2
    await _wait(
        stage,
        broadcast_id,
        "the first run of the second wave",
        lambda seen: len(seen["waves"]) == 2 and seen["waves"][1]["pending"] == asked - RUN,
    )
    fire_id = (await stage.api.get(f"/broadcasts/{broadcast_id}"))["fire_id"]
    queued = (await stage.api.get("/messages", fire_id=fire_id, state="queued", limit="100"))["items"]
    late = next(str(one["address"]) for one in queued if one["address"] != SILENT)
    await stage.simulator.reply(late, "2")
    stage.say(f"  a run of {RUN} went out. {late}, who is in the next one, writes '2'")
    await _wait_for_replies(stage, fire_id, 3)
    await _at(stage, begins + MINUTE)
    await _wait(stage, broadcast_id, "the last run", lambda seen: seen["waves"][1]["pending"] == 0)
    return late


def _faults_of_making(made: Json, again: Json, nine: datetime) -> list[str]:
    faults = []
    if again["broadcast"] is not None or again["following"]["id"] != made["following"]["id"]:
        faults.append("a second call made something")
    runs_at = datetime.fromisoformat(made["following"]["run_at"])
    if runs_at != nine + timedelta(days=4):
        faults.append(f"the next one runs at {runs_at}, not on Tuesday at nine")
    return faults


def _faults_of_waves(ended: Json) -> list[str]:
    wanted = ({"planned": 12, "sent": 12, "skipped": 0}, {"planned": 12, "sent": 9, "skipped": 3})
    shown = [{name: wave[name] for name in one} for wave, one in zip(ended["waves"], wanted, strict=True)]
    return [] if shown == list(wanted) else [f"the waves are {shown}, not {list(wanted)}"]


def _faults_of_sending(accepted: Sequence[Json], late: str, nine: datetime, begins: datetime) -> list[str]:
    """By the provider's books: who got what, when, and how fast one after the other."""
    texts = [one for one in accepted if not one["incoming"]]
    faults = []
    for body, without in ((FIRST, set[str]()), (SECOND, {PEOPLE[0], PEOPLE[1], late})):
        got = Counter(one["handset"] for one in texts if one["body"] == body)
        if got != Counter(set(PEOPLE) - without):
            faults.append(f"{body!r} came to {dict(got)}")
    times = sorted(float(one["created_at"]) for one in texts)
    if times and times[0] < nine.timestamp():
        faults.append("a text left before nine")
    firsts = max(float(one["created_at"]) for one in texts if one["body"] == FIRST)
    seconds = min(float(one["created_at"]) for one in texts if one["body"] == SECOND)
    if seconds - firsts < 600:
        faults.append(f"the second wave began {seconds - firsts:.0f} s after the first")
    return faults + _faults_of_runs(times, nine) + _faults_of_runs(times, begins)


def _faults_of_runs(times: Sequence[float], begins: datetime) -> list[str]:
    """Each minute of a wave is a run: of so many texts, the next one a second after the one before."""
    faults = []
    for number in range(len(PEOPLE)):
        starts = (begins + number * MINUTE).timestamp()
        run = [at - starts for at in times if 0 <= at - starts < MINUTE.total_seconds()]
        if len(run) > RUN or any(at < place - EARLY for place, at in enumerate(run)):
            faults.append(f"the run at {begins + number * MINUTE:%H:%M:%S} had texts at {run}")
    return faults


async def _faults_of_statuses(stage: Stage, ended: Json) -> list[str]:
    """The one whose receipts never come is known by the provider's list."""
    found = (await stage.api.get("/messages", fire_id=ended["fire_id"], limit="200"))["items"]
    without = [one["address"] for one in found if one["state"] == "sent" and one["delivery"] != "delivered"]
    faults = [f"no status of {sorted(set(without))}"] if without else []
    if ended["collected"]["settled_count"] < 2 or ended["collected"]["page_count"] < 1:
        faults.append(f"the texts to {SILENT} were not settled by the provider's list")
    return faults


STORY = Story(tell=tell, begins=_begins)
