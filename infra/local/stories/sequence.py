"""A sequence of three emails over SMTP, in two weeks: one replies, one is away, one cannot be reached.

Who got what, when, and in which thread is read from the mail host's books.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from infra.local.api_client import Json
from infra.local.mail_host.client import MailHostClient, mail_host_client
from infra.local.stage import Stage
from infra.local.stories.kit.sequence_cast import NAMES, Cast, address_of, open_sequence, text_of
from infra.local.stories.kit.story import Story
from infra.local.waiting import wait_while_moving

NEW_YORK = ZoneInfo("America/New_York")
BEGINS, EVENING = time(8, 30), time(17, 30)
HANDED_OVER = timedelta(minutes=9)  # before its time, by a tick
PLANNED_ANEW = timedelta(minutes=65)  # what comes up is planned together, within the hour
JUST_BEFORE = timedelta(seconds=3)
LATEST = 120.0  # seconds after its time, on a busy machine
EARLY = 0.05  # of a second: clocks of two processes
# Working days on which each gets each email: Monday is 0, and the second week begins with 7.
DAYS = {"Ana": (0, 2, 7), "Ben": (0,), "Cleo": (0, 7, 10), "Dan": (0,), "Eva": (0, 2, 7)}
ENDS = {"Ana": "completed", "Ben": "replied", "Cleo": "completed", "Dan": "bounced", "Eva": "completed"}


class _Scene:
    """The stage with its sequence."""

    def __init__(self, stage: Stage, host: MailHostClient, cast: Cast, monday: datetime) -> None:
        self.stage, self.host, self.cast, self.monday = stage, host, cast, monday
        self.planned: dict[tuple[str, int], datetime] = {}
        self.faults: list[str] = []

    def at(self, moment: datetime) -> None:
        """Set the clock, forward only."""
        clock = self.stage.stack.clock
        if clock is not None and moment > clock.now():
            clock.set(moment)

    async def until(self, what: str, holds: Callable[[list[Json]], bool]) -> list[Json]:
        """Wait until the emails are so."""
        found = await wait_while_moving(
            what,
            lambda: self.stage.api.get("/scheduled-emails", limit="100"),
            lambda seen: holds(seen["items"]),
        )
        return list(found["items"])

    async def until_taken(self, count: int) -> None:
        """Wait until the mail host has taken so many mails."""
        await wait_while_moving(f"{count} mails", self.host.mails, lambda seen: len(seen) >= count)

    async def until_ended(self, name: str, state: str) -> None:
        """Wait until somebody's way through the sequence has ended so."""
        path = f"/sequences/{self.cast.sequence_id}/enrollments/{self.cast.enrollment_ids[name]}"
        await self.stage.api.wait_for(path, "state", state)


def _begins(now: datetime) -> datetime:
    """The next Monday, half past eight."""
    today = now.astimezone(NEW_YORK).date()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday, BEGINS, NEW_YORK).astimezone(UTC)


async def tell(stage: Stage) -> bool:
    """Show the sequence; whether all came as told."""
    monday = stage.runtime.now().astimezone(NEW_YORK)
    async with mail_host_client(stage.stack.addresses.mail_host) as host:
        cast = await open_sequence(stage, host)
        scene = _Scene(stage, host, cast, datetime.combine(monday.date(), time(0), NEW_YORK))
        # Eva gets her mail, and we no answer: it is in doubt until something that comes back names it.
        await host.ask_fault("content", "drop_accepted", recipient=address_of("Eva"), left=1)
        await _first_day(scene)
        while any(one["status"] == "pending" for one in await scene.until("the plan", _is_planned)):
            await _day(scene)
        scene.faults += await _faults_of_mails(scene)
        scene.faults += await _faults_of_ends(scene)
    for fault in scene.faults:
        stage.say(f"NOT AS TOLD: {fault}")
    return not scene.faults


def _is_planned(emails: list[Json]) -> bool:
    return all(one["send_at"] for one in emails if one["status"] == "pending")


async def _first_day(scene: _Scene) -> None:
    """Everybody gets the first email; then one replies, a machine answers, two mails are heard of."""
    await scene.until("five planned emails", lambda seen: len(seen) == len(NAMES) and _is_planned(seen))
    await _send_all(scene)
    for name, words in (("Ben", "Thank you, I have all I need."), ("Cleo", "I am away until next week.")):
        headers = {"Auto-Submitted": "auto-replied"} if name == "Cleo" else None
        await scene.host.reply(address_of(name), words, headers)
    await scene.host.return_mail(address_of("Dan"))
    scene.stage.say("  Ben replies, Cleo's machine says that she is away, Dan's mail comes back")
    [email] = [one for one in await _emails(scene) if one["address"] == address_of("Eva")]
    path = f"/messages/{email['message_id']}"
    await scene.stage.api.wait_for(path, "state", "unknown")
    await scene.host.return_mail(address_of("Eva"), status="4.4.1", action="delayed")
    await scene.stage.api.wait_for(path, "state", "sent")
    scene.stage.say("  the answer to Eva's mail was lost: a server's note that names it settles that it left")
    await _evening(scene)
    await scene.until_ended("Ben", "ended")
    await scene.until_ended("Dan", "ended")


async def _day(scene: _Scene) -> None:
    await _send_all(scene)
    await _evening(scene)


async def _send_all(scene: _Scene) -> None:
    """Go from one planned moment of the next day to the other; each mail goes out at its own."""
    pending = [one for one in await _emails(scene) if one["status"] == "pending"]
    times = sorted((datetime.fromisoformat(one["send_at"]), str(one["id"]), one) for one in pending)
    day = times[0][0].astimezone(NEW_YORK).date()
    scene.stage.say(f"\n{day:%A, %B} {day.day}")
    taken = len(await scene.host.mails())
    for moment, item_id, email in times:
        if moment.astimezone(NEW_YORK).date() != day:
            continue
        scene.at(moment - HANDED_OVER)
        await scene.until("a queued email", partial(_is_queued, item_id))
        scene.at(moment - JUST_BEFORE)
        taken += 1
        await scene.until_taken(taken)
        scene.planned[str(email["address"]), int(email["position"])] = moment
        said = f"{moment.astimezone(NEW_YORK):%H:%M}  {email['mailbox_email']} to {email['address']}"
        scene.stage.say(f"  {said}, step {email['position']}")


async def _evening(scene: _Scene) -> None:
    """What became of the day's emails is known, and what follows is planned."""
    now = scene.stage.runtime.now().astimezone(NEW_YORK)
    evening = datetime.combine(now.date(), EVENING, NEW_YORK)
    scene.at(evening)
    await scene.until("all to be sent", lambda seen: all(one["status"] != "queued" for one in seen))
    scene.at(evening + PLANNED_ANEW)
    await scene.until("the next emails to be planned", _is_planned)


async def _emails(scene: _Scene) -> list[Json]:
    return list((await scene.stage.api.get("/scheduled-emails", limit="100"))["items"])


def _is_queued(item_id: str, seen: list[Json]) -> bool:
    return _status(seen, item_id) != "pending"


def _status(emails: Sequence[Json], item_id: str) -> str:
    return next(str(one["status"]) for one in emails if one["id"] == item_id)


async def _faults_of_mails(scene: _Scene) -> list[str]:
    """By the mail host's books: everybody's mails once each, at their moments, in one thread."""
    faults = []
    for name, days in DAYS.items():
        mails = await scene.host.mails(address_of(name))
        if [one["body"] for one in mails] != [text_of(name, step) for step in range(1, len(days) + 1)]:
            faults.append(f"{name} got {[one['body'] for one in mails]}")
            continue
        faults += [
            fault for step, mail in enumerate(mails) for fault in _faults_of_mail(scene, name, step, mail)
        ]
        faults += _faults_of_thread(name, mails)
    return faults


def _faults_of_mail(scene: _Scene, name: str, step: int, mail: Json) -> list[str]:
    planned = scene.planned[address_of(name), step + 1]
    faults = []
    if (planned.astimezone(NEW_YORK).date() - scene.monday.date()).days != DAYS[name][step]:
        faults.append(f"{name}'s email {step + 1} was planned for {planned}")
    if not -EARLY <= mail["received_at"] - planned.timestamp() <= LATEST:
        faults.append(f"{name}'s email {step + 1} came at {mail['received_at']}, not {planned.timestamp()}")
    return faults


def _faults_of_thread(name: str, mails: Sequence[Json]) -> list[str]:
    """Each answers the one before, names all before, and comes from the same mailbox."""
    faults, ids = [], [str(one["headers"]["Message-ID"]) for one in mails]
    for place, mail in enumerate(mails[1:], start=1):
        headers = mail["headers"]
        thread = (headers.get("In-Reply-To"), headers.get("References"), headers["Subject"])
        if thread != (ids[place - 1], " ".join(ids[:place]), f"Re: Welcome, {name}"):
            faults.append(f"{name}'s email {place + 1} is not in the thread: {thread}")
    if len({one["mailbox"] for one in mails}) != 1:
        faults.append(f"{name}'s emails came from several mailboxes")
    return faults


async def _faults_of_ends(scene: _Scene) -> list[str]:
    path, faults = f"/sequences/{scene.cast.sequence_id}/enrollments", []
    for name, item_id in scene.cast.enrollment_ids.items():
        found = await scene.stage.api.get(f"{path}/{item_id}")
        end = found["end_reason"] or found["state"]
        if end != ENDS[name]:
            faults.append(f"{name}'s way ended as {end}, not {ENDS[name]}")
        scene.stage.say(f"  {name}: {end}, after {found['current_step']} of 3 emails")
    return faults


STORY = Story(tell=tell, begins=_begins)
