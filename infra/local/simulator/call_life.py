"""What happens to a call after it was accepted: it rings, somebody takes it or not, and it speaks."""

import asyncio
import json
import sqlite3
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from infra.local.simulator.call_line import HungUp, Line
from infra.local.simulator.call_outcomes import CallOutcome, Deed, call_outcome
from infra.local.simulator.call_script import Ask, BadTwiml, perform
from infra.local.simulator.callbacks import Webhooks
from infra.local.simulator.faults import Delays
from infra.local.simulator.outcomes import Receipts, outcome_of_number
from infra.local.simulator.store import Store
from infra.local.simulator.twilio_call import call_fields, progress_fields

ERROR_SAID = "We are sorry, an application error has occurred. Goodbye."
SHOWN_AFTER = 20
TWIML_FAILED = 11200  # the address of the TwiML did not answer with success
TWIML_BAD = 12100  # what it answered was no TwiML
# https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent
_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_ENDS = {
    Deed.DECLINED: "busy",
    Deed.LEFT_RINGING: "no-answer",
    Deed.NO_NUMBER: "failed",
    Deed.CANCELED: "canceled",
}


class Calls:
    """Runs the life of every accepted call in the background."""

    def __init__(self, store: Store, webhooks: Webhooks, delays: Delays) -> None:
        self._store = store
        self._webhooks = webhooks
        self._delays = delays
        self._tasks: set[asyncio.Task[None]] = set()
        self.lines: dict[str, Line] = {}  # those that go on, by id
        self.over: deque[Line] = deque(maxlen=SHOWN_AFTER)  # who took one at the page still reads its end
        self.plans: dict[str, CallOutcome] = {}  # what a phone is to do, by its number

    def start(self, provider_id: str) -> None:
        """Begin for a call just accepted."""
        handset = self._row(provider_id)["handset"]
        outcome = self.plans.get(handset) or call_outcome(handset)
        line = Line(
            provider_id=provider_id,
            handset=handset,
            sender=self._row(provider_id)["sender"],
            outcome=outcome,
        )
        self.lines[provider_id] = line
        self._run(self._live(line))

    def resume(self) -> None:
        """Calls that went on when the simulator was stopped were cut off."""
        for row in self._store.rows(
            "SELECT provider_id FROM messages WHERE receipts_done = 0 AND channel = 'voice'"
        ):
            self._run(self._end(_Progress(), row["provider_id"], "failed", 0))

    async def close(self) -> None:
        """Cut off what goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _row(self, provider_id: str) -> sqlite3.Row:
        query = "SELECT * FROM messages JOIN calls USING (provider_id) WHERE provider_id = ?"
        row = self._store.row(query, provider_id)
        if row is None:  # everything was cleared meanwhile
            raise asyncio.CancelledError
        return row

    async def _live(self, line: Line) -> None:
        progress = _Progress()
        try:
            await self._move(progress, line.provider_id, "initiated")
            await self._move(progress, line.provider_id, "ringing")
            deed = await self._ring(line)
            if deed in _ENDS:
                self.lines.pop(line.provider_id)
                await self._end(progress, line.provider_id, _ENDS[deed], 0)
                return
            await self._move(progress, line.provider_id, "in-progress")
            line.is_talking = True
            began = asyncio.get_running_loop().time()
            with suppress(HungUp):
                await self._talk(line, deed)
            self.over.append(self.lines.pop(line.provider_id))
            seconds = max(1, round(asyncio.get_running_loop().time() - began))
            await self._end(progress, line.provider_id, "completed", seconds)
        finally:
            self.lines.pop(line.provider_id, None)

    async def _ring(self, line: Line) -> Deed:
        """What becomes of it: decided at the page or by the number, or at the end of ringing."""
        row = self._row(line.provider_id)
        if line.outcome is not None:
            line.do(line.outcome.deed)
        seconds = min(self._delays.ring, row["ring_seconds"])
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(line.deed), seconds)
        line.do(Deed.TAKEN)
        return line.deed.result()

    async def _talk(self, line: Line, deed: Deed) -> None:
        """Find out who took it, if that was asked for; then perform one document after the other."""
        row = self._row(line.provider_id)
        if row["machine_detection"]:
            query = "UPDATE calls SET answered_by = ? WHERE provider_id = ?"
            await self._store.write((query, (_answered_by(deed, row["machine_detection"]), line.provider_id)))
        ask: Ask | None = Ask(url=row["url"])
        document = row["twiml"]
        if not document and ask is not None:
            document = await self._asked(line, ask, fallback=row["fallback_url"])
        while document:
            try:
                ask = await perform(line, document, ask.url if ask else "", speed=self._delays.speech)
            except BadTwiml:
                await self._fail(line, TWIML_BAD)
                return
            finally:
                await self._note(line)
            document = await self._asked(line, ask) if ask else ""

    async def _asked(self, line: Line, ask: Ask, *, fallback: str = "") -> str:
        """The next document, from the address or its fallback; none when neither gives one."""
        row = self._row(line.provider_id)
        fields = call_fields(row, "in-progress") | ({"Digits": ask.keys} if ask.keys else {})
        times = 2 if outcome_of_number(line.handset).receipts is Receipts.TWICE else 1
        for url in filter(None, (ask.url, fallback)):
            for _ in range(times):
                status, body = await self._webhooks.ask_form(url, fields, token=self._token(row))
            if 200 <= status < 300 and body:
                return body
        await self._fail(line, TWIML_FAILED)
        return ""

    async def _fail(self, line: Line, code: int) -> None:
        """What Twilio says when an application does not tell a call what to say."""
        query = "UPDATE messages SET error_code = ? WHERE provider_id = ?"
        await self._store.write((query, (code, line.provider_id)))
        await line.say(ERROR_SAID, "en-US", "man", seconds_a_text=self._delays.speech)
        await self._note(line)

    async def _note(self, line: Line) -> None:
        """Keep what was said and pressed; what was said first is what the phone shows."""
        first = line.said[0]["text"] if line.said else ""
        said = json.dumps([one["text"] for one in line.said], ensure_ascii=False)
        shown = ("UPDATE messages SET body = ? WHERE provider_id = ?", (first, line.provider_id))
        query = "UPDATE calls SET said = ?, keys = ? WHERE provider_id = ?"
        await self._store.write(shown, (query, (said, line.pressed, line.provider_id)))

    async def _move(self, progress: "_Progress", provider_id: str, status: str) -> None:
        """The next status, told to who wants to hear of it."""
        known = "queued" if status == "initiated" else status  # the resource knows no other word for it
        query = "UPDATE messages SET status = ?, sent_at = coalesce(sent_at, ?) WHERE provider_id = ?"
        await self._store.write((query, (known, self._store.now(), provider_id)))
        await self._tell(progress, provider_id, status)

    async def _end(self, progress: "_Progress", provider_id: str, status: str, seconds: int) -> None:
        row = self._row(provider_id)
        ended = ("UPDATE messages SET status = ? WHERE provider_id = ?", (status, provider_id))
        lasted = ("UPDATE calls SET duration = ? WHERE provider_id = ?", (seconds, provider_id))
        await self._store.write(ended, lasted)
        await self._tell(progress, provider_id, status)
        if outcome_of_number(row["handset"]).receipts is Receipts.REORDERED:
            for fields in reversed(progress.held):
                await self._webhooks.post_form(row["callback_url"], fields, token=self._token(row))
        done = ("UPDATE messages SET receipts_done = 1 WHERE provider_id = ?", (provider_id,))
        await self._store.write(done)

    async def _tell(self, progress: "_Progress", provider_id: str, status: str) -> None:
        row = self._row(provider_id)
        event = _EVENTS.get(status, "completed")
        receipts = outcome_of_number(row["handset"]).receipts
        wanted = row["events"].split() or ["completed"]
        if event not in wanted or not row["callback_url"] or receipts is Receipts.NEVER:
            return
        fields = dict(progress_fields(row, status, len(progress.held), self._store.now()))
        progress.held.append(fields)
        if receipts is Receipts.REORDERED:
            return
        for _ in range(2 if receipts is Receipts.TWICE else 1):
            await self._webhooks.post_form(row["callback_url"], fields, token=self._token(row))

    def _token(self, row: sqlite3.Row) -> str:
        account = self._store.row("SELECT token FROM accounts WHERE sid = ?", row["account"])
        return str(account["token"]) if account else ""


class _Progress:
    """The forms that one call's callback got, in order."""

    def __init__(self) -> None:
        self.held: list[dict[str, str]] = []


def _answered_by(deed: Deed, detection: str) -> str:
    """https://www.twilio.com/docs/voice/answering-machine-detection"""
    if deed is Deed.VOICEMAIL:
        return "machine_end_beep" if detection == "DetectMessageEnd" else "machine_start"
    return "fax" if deed is Deed.FAX else "human"
