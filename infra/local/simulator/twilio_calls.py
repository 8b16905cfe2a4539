"""Twilio's HTTP of calls: they are created, fetched, listed and ended."""

import re
import secrets
import sqlite3
from collections.abc import Mapping

from aiohttp import web
from multidict import MultiDictProxy

from infra.local.simulator.call_life import Calls
from infra.local.simulator.call_outcomes import Deed
from infra.local.simulator.faults import Delays, Faults, give_answer
from infra.local.simulator.outcomes import Answer, outcome_of_number
from infra.local.simulator.store import Store, insert
from infra.local.simulator.twilio_accounts import is_suspended, signed_in
from infra.local.simulator.twilio_call import call_resource
from infra.local.simulator.twilio_lists import on_days, page_of
from infra.local.simulator.twilio_message import API_VERSION
from infra.local.simulator.twilio_refusal import REFUSALS, TwilioRefusal

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
TWIML_LIMIT, MOST_RING_SECONDS = 4_000, 600
FILTERS = ("To", "From", "Status", "StartTime", "StartTime<", "StartTime>")
JOINED = "messages JOIN calls USING (provider_id)"
CALL = "SELECT * FROM messages JOIN calls USING (provider_id) WHERE provider_id = ?"
Form = Mapping[str, str]


class TwilioCallsApi:
    """The handlers. https://www.twilio.com/docs/voice/api/call-resource"""

    def __init__(self, store: Store, calls: Calls, faults: Faults, delays: Delays) -> None:
        self._store = store
        self._calls = calls
        self._faults = faults
        self._delays = delays

    def routes(self) -> list[web.RouteDef]:
        """Every path, under its account."""
        account = f"/{API_VERSION}/Accounts/{{account}}"
        return [
            web.post(f"{account}/Calls.json", self.create_call),
            web.get(f"{account}/Calls.json", self.list_calls),
            web.get(f"{account}/Calls/{{sid}}.json", self.show_call),
            web.post(f"{account}/Calls/{{sid}}.json", self.end_call),
            web.get(f"{account}/OutgoingCallerIds.json", self.list_caller_ids),
        ]

    async def create_call(self, request: web.Request) -> web.StreamResponse:
        """Call, unless the recipient's outcome or a fault says otherwise."""
        account = signed_in(self._store, request)
        posted = await request.post()
        form = {name: str(value) for name, value in posted.items()}
        if is_suspended(self._store, account):
            raise TwilioRefusal(403, 20005, "Account is not active")
        check_call(form)
        self._check_sender(account, form["From"])
        outcome = outcome_of_number(form["To"])
        if outcome.answer is Answer.REFUSED:
            text = f"Account not authorized to call {form['To']}. Perhaps you need to enable its country."
            raise TwilioRefusal(400, 21215, text)

        async def accept() -> web.Response:
            call = await self._store_call(account, form, _events(posted))
            self._calls.start(call["provider_id"])
            return web.json_response(call_resource(call), status=201)

        answer = self._faults.answer("twilio", {form["To"]: outcome.answer})
        return await give_answer(request, answer, accept, refusals=REFUSALS, delays=self._delays)

    async def show_call(self, request: web.Request) -> web.StreamResponse:
        """One call of the account."""
        return web.json_response(call_resource(self._call(request)))

    async def end_call(self, request: web.Request) -> web.StreamResponse:
        """Cancel a call that is not taken yet, or end one that goes on."""
        call, form = self._call(request), await request.post()
        status, line = str(form.get("Status", "")), self._calls.lines.get(call["provider_id"])
        if status not in ("canceled", "completed"):
            raise TwilioRefusal(400, 21218, "Invalid Status: canceled or completed")
        if line is None:
            raise TwilioRefusal(
                400, 21220, "Invalid call state: the call is not in-progress. Cannot redirect."
            )
        if line.do(Deed.CANCELED):
            return web.json_response(call_resource(call) | {"status": "canceled"})
        if status == "completed":
            line.hang_up()
        return web.json_response(call_resource(self._call(request)))

    async def list_calls(self, request: web.Request) -> web.StreamResponse:
        """The account's calls, newest first, in pages."""
        account, query = signed_in(self._store, request), request.query
        conditions, values = on_days(query, "StartTime", "sent_at")
        for name, column in {"To": "handset", "From": "sender", "Status": "status"}.items():
            if value := query.get(name):
                conditions.append(f"{column} = ?")
                values.append(value)
        where = (["account = ?", *conditions], [account, *values])
        return page_of(
            self._store,
            request,
            key="calls",
            table=JOINED,
            filters=FILTERS,
            where=where,
            shown_as=call_resource,
        )

    async def list_caller_ids(self, request: web.Request) -> web.StreamResponse:
        """No number of others was verified here. https://www.twilio.com/docs/voice/api/outgoing-caller-ids"""
        signed_in(self._store, request)
        return page_of(
            self._store,
            request,
            key="outgoing_caller_ids",
            table="messages",
            filters=("PhoneNumber",),
            where=(["1 = 0"], []),
            shown_as=dict,
        )

    def _call(self, request: web.Request) -> sqlite3.Row:
        account, sid = signed_in(self._store, request), request.match_info["sid"]
        call = self._store.row(f"{CALL} AND account = ?", sid, account)
        if call is None:
            raise TwilioRefusal(404, 20404, f"The requested resource {request.path} was not found")
        return call

    def _check_sender(self, account: str, number: str) -> None:
        if self._store.row("SELECT 1 FROM numbers WHERE account = ? AND number = ?", account, number) is None:
            text = f"The source phone number provided, {number}, is not yet verified for your account."
            raise TwilioRefusal(400, 21210, text)

    async def _store_call(self, account: str, form: Form, events: str) -> sqlite3.Row:
        sid = f"CA{secrets.token_hex(16)}"
        message = insert(
            "messages",
            provider_id=sid,
            channel="voice",
            account=account,
            handset=form["To"],
            sender=form["From"],
            body="",
            status="queued",
            callback_url=form.get("StatusCallback", ""),
            created_at=self._store.now(),
        )
        call = insert(
            "calls",
            provider_id=sid,
            url=form.get("Url", ""),
            fallback_url=form.get("FallbackUrl", ""),
            twiml="" if form.get("Url") else form.get("Twiml", ""),
            events=events,
            ring_seconds=int(form.get("Timeout") or 60),
            machine_detection=form.get("MachineDetection", ""),
        )
        await self._store.write(message, call)
        stored = self._store.row(CALL, sid)
        assert stored is not None  # noqa: S101  # just written
        return stored


def check_call(form: Form) -> None:
    """What Twilio checks of a request to call before anything else. Raises TwilioRefusal."""
    if not form.get("To"):
        raise TwilioRefusal(400, 21201, "No 'To' number is specified")
    if not form.get("From"):
        raise TwilioRefusal(400, 21213, "Caller phone number required")
    if not NUMBER.fullmatch(form["To"]):
        raise TwilioRefusal(
            400, 21211, f"The phone number you are attempting to call, {form['To']}, is not valid."
        )
    if not (form.get("Url") or form.get("Twiml")):
        raise TwilioRefusal(400, 21205, "Url parameter is required.")
    if not form.get("Url") and len(form["Twiml"]) > TWIML_LIMIT:
        raise TwilioRefusal(400, 32018, "Twiml size exceeded maximum allowed value of 4000 characters")
    for name in ("Url", "FallbackUrl", "StatusCallback"):
        if form.get(name) and not form[name].startswith(("http://", "https://")):
            raise TwilioRefusal(400, 21205, f"{name} is not a valid URL: {form[name]}")
    if form.get("MachineDetection", "Enable") not in ("Enable", "DetectMessageEnd"):
        raise TwilioRefusal(400, 20001, "Parameter 'MachineDetection' is not valid")
    ring = form.get("Timeout", "60")
    if not (ring.isascii() and ring.isdecimal() and 1 <= int(ring) <= MOST_RING_SECONDS):
        raise TwilioRefusal(400, 20001, f"Parameter 'Timeout' is not valid: {ring}")


def _events(posted: MultiDictProxy[str | bytearray | bytes | web.FileField]) -> str:
    """The events to be told of, each a parameter of its own."""
    return " ".join(str(one) for one in posted.getall("StatusCallbackEvent", []))
