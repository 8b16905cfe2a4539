"""An automation from its first contact to its last edit: triggers, waits, an if, edits with people inside.

Who got what, and when, is read from the provider's books.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from infra.local.api_client import Json
from infra.local.stage import Stage
from infra.local.stories.kit.automation_steps import (
    AGAIN,
    PHONES,
    PLAIN,
    VIP,
    WELCOME,
    Cast,
    open_automation,
)
from infra.local.stories.kit.story import Story
from infra.local.waiting import wait_while_moving

NEW_YORK = ZoneInfo("America/New_York")
BEGINS = time(9, 55)
MINUTE = timedelta(minutes=1)
EARLY = 0.05  # of a second: clocks of two processes
WAIT = 60  # minutes


class _Scene:
    """The stage with its automation; times are minutes after ten."""

    def __init__(self, stage: Stage, ten: datetime, cast: Cast) -> None:
        self.stage, self.ten, self.cast = stage, ten, cast
        self.contacts, self.path = cast.contact_ids, f"/automations/{cast.automation_id}"
        self.faults: list[str] = []

    def at(self, minutes: int) -> None:
        """Set the clock."""
        moment = self.ten + minutes * MINUTE
        if self.stage.stack.clock is not None:
            self.stage.stack.clock.set(moment)
        self.stage.say(f"\n{moment.astimezone(NEW_YORK):%H:%M} in New York")

    async def tag(self, *names: str) -> None:
        """Attach the tag that lets in."""
        for name in names:
            await self.stage.api.patch(f"/contacts/{self.contacts[name]}", {"add_tags": ["new"]})
        self.stage.say(f"  the tag 'new' is attached to {', '.join(names)}")

    async def until(self, what: str, holds: Callable[[list[Json]], bool]) -> list[Json]:
        """Wait until the enrollments are so."""
        found = await wait_while_moving(
            what,
            lambda: self.stage.api.get(f"{self.path}/enrollments", limit="100"),
            lambda seen: holds(seen["items"]),
        )
        return list(found["items"])

    async def until_sent(self, count: int) -> None:
        """Wait until the provider has accepted so many texts."""

        async def read() -> Json:
            return {"count": len(await self.texts())}

        await wait_while_moving(f"{count} texts", read, lambda seen: seen["count"] >= count)

    async def texts(self) -> Sequence[Json]:
        """What the provider has accepted."""
        return [one for one in await self.stage.simulator.messages() if not one["incoming"]]

    async def edit(self, minutes: int | None, *, standing: int, going_on: int | None) -> None:
        """Publish the automation with another wait, or with none; its effect first must be as told."""
        await self.stage.api.put(self.path, self.cast.draft(minutes))
        [effect] = (await self.stage.api.get(f"{self.path}/effect"))["items"]
        words = "is deleted" if minutes is None else f"takes {minutes} minutes"
        self.stage.say(f"  an edit: the wait {words}. {effect['words']}")
        if (effect["standing"], effect["going_on"]) != (standing, going_on):
            self.faults.append(f"the effect says {effect}, not {standing} and {going_on}")
        await self.stage.api.post(f"{self.path}/publish")

    def waits(self, items: Sequence[Json]) -> dict[str, float]:
        """By name, the minute until which those wait who wait."""
        names = {contact_id: name for name, contact_id in self.contacts.items()}
        return {
            names[one["contact_id"]]: (datetime.fromisoformat(one["waits_until"]) - self.ten) / MINUTE
            for one in items
            if one["waits_until"] is not None
        }


def _begins(now: datetime) -> datetime:
    """Five to ten, tomorrow."""
    tomorrow = now.astimezone(NEW_YORK).date() + timedelta(days=1)
    return datetime.combine(tomorrow, BEGINS, NEW_YORK).astimezone(UTC)


async def tell(stage: Stage) -> bool:
    """Show the automation; whether all came as told."""
    day = stage.runtime.now().astimezone(NEW_YORK).date()
    ten = datetime.combine(day, time(10), NEW_YORK)
    scene = _Scene(stage, ten, await open_automation(stage, WAIT))
    await _first_people(scene)
    await _edits_of_the_wait(scene)
    await _deleted_wait(scene)
    await _deleted_step(scene)
    scene.faults += await _faults_of_texts(scene)
    scene.faults += await _faults_of_ends(scene)
    for fault in scene.faults:
        stage.say(f"NOT AS TOLD: {fault}")
    return not scene.faults


async def _first_people(scene: _Scene) -> None:
    """Two come in by a tag, two forty minutes later: by an event of the company's own, and by hand."""
    scene.at(0)
    await scene.tag("Ana", "Ben")
    await scene.until("two who wait", lambda items: len(scene.waits(items)) == 2)
    await scene.tag("Ana")  # it is attached already: nothing happens
    scene.at(40)
    event = {"contact_id": scene.contacts["Cleo"], "name": "signed up"}
    await scene.stage.api.post("/automations/events", event)
    await scene.stage.api.post(f"{scene.path}/enroll", {"contact_ids": [scene.contacts["Dan"]]})
    await scene.until("four who wait", lambda items: len(scene.waits(items)) == 4)
    await scene.until_sent(4)
    scene.stage.say("  four got the first text, and wait")


async def _edits_of_the_wait(scene: _Scene) -> None:
    """Shorter: who waited long enough goes on at once. Longer: the time waited counts."""
    scene.at(50)
    await scene.edit(45, standing=4, going_on=2)
    items = await scene.until("two who go on", lambda seen: len(scene.waits(seen)) == 2)
    waits = {name: round(minute) for name, minute in scene.waits(items).items()}
    scene.stage.say(f"  Ana and Ben went on at once; the others wait until 10:{waits['Cleo']}")
    if waits != {"Cleo": 85, "Dan": 85}:
        scene.faults.append(f"after the shorter wait they wait until {waits}")
    scene.at(60)
    await scene.edit(90, standing=2, going_on=0)
    await scene.until("the longer wait", lambda seen: max(scene.waits(seen).values()) > 100)
    scene.at(86)  # when the shorter wait would have ended
    await scene.stage.stack.tick_now("advance_enrollments")
    scene.at(130)
    await scene.until("nobody who waits", lambda seen: not scene.waits(seen))
    await scene.until_sent(8)


async def _deleted_wait(scene: _Scene) -> None:
    """Everybody who waits goes on at once. One of them is a VIP: the if says so."""
    scene.at(140)
    await scene.tag("Eva", "Fay")
    await scene.until("two who wait", lambda items: len(scene.waits(items)) == 2)
    await scene.until_sent(10)
    scene.at(150)
    await scene.edit(None, standing=2, going_on=2)
    await scene.until("the end", lambda items: all(one["state"] == "ended" for one in items))
    await scene.until_sent(12)


async def _deleted_step(scene: _Scene) -> None:
    """While all is paused somebody comes in, and the first step is deleted: they go on with the next."""
    scene.at(160)
    await scene.stage.api.post(f"{scene.path}/pause")
    await scene.tag("Gus")
    await scene.until("one who entered", lambda items: any(one["state"] == "entered" for one in items))
    await scene.stage.api.put(scene.path, scene.cast.draft(None, has_welcome=False))
    await scene.stage.api.post(f"{scene.path}/publish")
    scene.at(190)
    await scene.stage.api.post(f"{scene.path}/resume")
    await scene.until("the end", lambda items: all(one["state"] == "ended" for one in items))
    await scene.until_sent(13)
    scene.stage.say("  the first step is deleted: Gus went on with the next")


async def _faults_of_texts(scene: _Scene) -> list[str]:
    """By the provider's books: who got what, once each, and not before its time."""
    names = {phone: name for name, phone in PHONES.items()}
    got = Counter[tuple[str, str]]()
    times: dict[tuple[str, str], float] = {}
    for one in await scene.texts():
        key = names[one["handset"]], str(one["body"])
        got[key] += 1
        times[key] = float(one["created_at"])
    wanted = Counter((name, WELCOME) for name in PHONES if name != "Gus")
    wanted += Counter((name, VIP if name == "Eva" else PLAIN) for name in PHONES)
    faults = [] if got == wanted else [f"the texts were {dict(got)}, not {dict(wanted)}"]
    earliest = {"Ana": 50, "Ben": 50, "Cleo": 130, "Dan": 130, "Eva": 150, "Fay": 150, "Gus": 190}
    for name, minute in earliest.items():
        moment = times.get((name, VIP if name == "Eva" else PLAIN), 0)
        if moment < (scene.ten + minute * MINUTE).timestamp() - EARLY:
            faults.append(f"{name} got the second text too early")
    return faults


async def _faults_of_ends(scene: _Scene) -> list[str]:
    """Everybody is through, with each step once; and tagged at the end."""
    items = (await scene.stage.api.get(f"{scene.path}/enrollments", limit="100"))["items"]
    faults = []
    if Counter(one["end_reason"] for one in items) != Counter({"completed": len(PHONES)}):
        faults.append(f"they ended by {[one['end_reason'] for one in items]}")
    for one in items:
        steps = [done["step_id"] for done in one["completed"]]
        if len(set(steps)) < len(steps) or steps[-1] != "mark":
            faults.append(f"the steps of {one['contact_id']} were {steps}")
    tagged = (await scene.stage.api.get("/contacts", tag=AGAIN, limit="100"))["items"]
    if len(tagged) != len(PHONES):
        faults.append(f"{len(tagged)} of {len(PHONES)} have the tag {AGAIN!r}")
    scene.stage.say(f"\n{len(items)} people went through, each step once; {len(tagged)} are tagged {AGAIN!r}")
    return faults


STORY = Story(tell=tell, begins=_begins)
