"""Twilio's HTTP: messages are created, fetched and listed; accounts and numbers are shown."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence

from aiohttp import web

from infra.local.simulator.faults import Delays, Faults, give_answer
from infra.local.simulator.outcomes import Answer, outcome_of_number
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.store import Store, insert
from infra.local.simulator.twilio_accounts import is_suspended, signed_in
from infra.local.simulator.twilio_address import channel_of
from infra.local.simulator.twilio_contents import said_by
from infra.local.simulator.twilio_lists import DEFAULT_PAGE, on_days, page_of
from infra.local.simulator.twilio_message import API_VERSION, media_list, message_resource, twilio_date
from infra.local.simulator.twilio_pool import number_for, opt_out_key
from infra.local.simulator.twilio_refusal import BY_RECIPIENT, REFUSALS, UNSUBSCRIBED, TwilioRefusal
from infra.local.simulator.twilio_request import check_message

FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


class TwilioApi:
    """The handlers."""

    def __init__(self, store: Store, receipts: ReceiptSender, faults: Faults, delays: Delays) -> None:
        self._store = store
        self._receipts = receipts
        self._faults = faults
        self._delays = delays

    def routes(self) -> list[web.RouteDef]:
        """Every path, under its account."""
        account = f"/{API_VERSION}/Accounts/{{account}}"
        return [
            web.get(f"{account}.json", self.show_account),
            web.get(f"{account}/IncomingPhoneNumbers.json", self.list_numbers),
            web.get(f"{account}/SMS/ShortCodes.json", self.list_codes),
            web.post(f"{account}/Messages.json", self.create_message),
            web.get(f"{account}/Messages.json", self.list_messages),
            web.get(f"{account}/Messages/{{sid}}.json", self.show_message),
            web.get(f"{account}/Messages/{{sid}}/Media.json", self.list_media),
        ]

    async def create_message(self, request: web.Request) -> web.StreamResponse:
        """Send a text, unless the recipient's outcome or a fault says otherwise."""
        account = signed_in(self._store, request)
        posted = await request.post()
        form = {name: str(value) for name, value in posted.items()}
        media = [str(url) for url in posted.getall("MediaUrl", [])]
        if is_suspended(self._store, account):
            raise TwilioRefusal(403, 20005, "Account is not active")
        check_message(form)
        sender = number_for(self._store, account, form)
        outcome = outcome_of_number(form["To"])
        body, buttons = said_by(self._store, account, form)
        if self._has_opted_out(sender, form["To"]):
            raise UNSUBSCRIBED
        if outcome.answer is Answer.REFUSED:
            raise BY_RECIPIENT[outcome.refusal_code]

        async def accept() -> web.Response:
            message = await self._store_message(account, sender, form, body, buttons, media)
            # The resource is shown as it was stored: its life goes on meanwhile.
            self._receipts.start([message["provider_id"]])
            return web.json_response(message_resource(message), status=201)

        answer = self._faults.answer("twilio", {form["To"]: outcome.answer})
        return await give_answer(request, answer, accept, refusals=REFUSALS, delays=self._delays)

    async def show_message(self, request: web.Request) -> web.StreamResponse:
        """One message of the account."""
        return web.json_response(message_resource(self._message(request)))

    async def list_media(self, request: web.Request) -> web.StreamResponse:
        """What came beside the text of a message, on one page."""
        found = media_list(self._message(request))
        return _listed(request, "media_list", found)

    def _message(self, request: web.Request) -> sqlite3.Row:
        account, sid = signed_in(self._store, request), request.match_info["sid"]
        message = self._store.row(
            "SELECT * FROM messages WHERE provider_id = ? AND account = ? AND channel <> 'voice'",
            sid,
            account,
        )
        if message is None:
            raise TwilioRefusal(404, 20404, f"The requested resource {request.path} was not found")
        return message

    async def list_messages(self, request: web.Request) -> web.StreamResponse:
        """The account's messages, newest first, in pages that `next_page_uri` leads through."""
        account, query = signed_in(self._store, request), request.query
        conditions, values = _conditions(query)
        return page_of(
            self._store,
            request,
            key="messages",
            table="messages",
            filters=FILTERS,
            where=(["account = ?", "channel <> 'voice'", *conditions], [account, *values]),
            shown_as=message_resource,
        )

    async def show_account(self, request: web.Request) -> web.StreamResponse:
        """The account itself: the usual way to find out whether credentials are right."""
        account = signed_in(self._store, request)
        now = twilio_date(self._store.now())
        return web.json_response(
            {
                "sid": account,
                "owner_account_sid": account,
                "friendly_name": "Simulated account",
                "status": "suspended" if is_suspended(self._store, account) else "active",
                "type": "Full",
                "date_created": now,
                "date_updated": now,
                "uri": f"/{API_VERSION}/Accounts/{account}.json",
                "subresource_uris": {"messages": f"/{API_VERSION}/Accounts/{account}/Messages.json"},
            }
        )

    async def list_numbers(self, request: web.Request) -> web.StreamResponse:
        """The account's numbers, or the one asked for."""
        account = signed_in(self._store, request)
        numbers = self._numbers(account, request.query.get("PhoneNumber", ""), is_code=False)
        return _listed(request, "incoming_phone_numbers", [_number_resource(number) for number in numbers])

    async def list_codes(self, request: web.Request) -> web.StreamResponse:
        """The account's short codes, or the one asked for."""
        account = signed_in(self._store, request)
        codes = self._numbers(account, request.query.get("ShortCode", ""), is_code=True)
        return _listed(request, "short_codes", [_code_resource(code) for code in codes])

    def _numbers(self, account: str, part: str, *, is_code: bool) -> list[sqlite3.Row]:
        return self._store.rows(
            "SELECT * FROM numbers WHERE account = ? AND number LIKE ? AND (number NOT LIKE '+%') = ? "
            "AND number NOT LIKE '%:%' ORDER BY number",
            account,
            f"%{part}%",
            is_code,
        )

    def _has_opted_out(self, sender: str, handset: str) -> bool:
        query = "SELECT 1 FROM opt_outs WHERE sender IN (?, ?) AND handset = ?"
        return self._store.row(query, sender, opt_out_key(self._store, sender), handset) is not None

    async def _store_message(
        self,
        account: str,
        sender: str,
        form: Mapping[str, str],
        body: str,
        buttons: Sequence[Mapping[str, str]],
        media: Sequence[str],
    ) -> sqlite3.Row:
        sid = f"SM{secrets.token_hex(16)}"
        validity = form.get("ValidityPeriod")
        await self._store.write(
            insert(
                "messages",
                provider_id=sid,
                request_id=form.get("MessagingServiceSid", ""),
                channel=channel_of(form["To"]),
                account=account,
                handset=form["To"],
                sender=sender,
                body=body,
                arguments=json.dumps({f"ME{secrets.token_hex(16)}": url for url in media}),
                content_sid=form.get("ContentSid", ""),
                buttons=json.dumps(buttons),
                # A service has yet to choose a number: until then the text shows none.
                status="accepted" if form.get("MessagingServiceSid") else "queued",
                callback_url=form.get("StatusCallback", ""),
                validity_seconds=int(validity) if validity else None,
                created_at=self._store.now(),
            )
        )
        message = self._store.row("SELECT * FROM messages WHERE provider_id = ?", sid)
        assert message is not None  # noqa: S101  # just written
        return message


def _conditions(query: Mapping[str, str]) -> tuple[list[str], list[str | float]]:
    """The filters of a list as SQL. A date alone is its whole day in UTC; both ends belong to it."""
    conditions: list[str] = []
    values: list[str | float] = []
    if query.get("From"):
        conditions.append("status <> 'accepted'")  # it has no number yet
    for name, (own, other) in {"To": ("handset", "sender"), "From": ("sender", "handset")}.items():
        if address := query.get(name):
            conditions.append(f"((incoming = 0 AND {own} = ?) OR (incoming = 1 AND {other} = ?))")
            values += [address, address]
    days, moments = on_days(query, "DateSent", "coalesce(sent_at, created_at)")
    return [*conditions, *days], [*values, *moments]


def _listed(request: web.Request, key: str, items: Sequence[Mapping[str, object]]) -> web.Response:
    """A list on one page."""
    place = str(request.rel_url)
    pages = {"first_page_uri": place, "next_page_uri": None, "previous_page_uri": None, "uri": place}
    counts = {"page": 0, "page_size": DEFAULT_PAGE, "start": 0, "end": len(items) - 1}
    return web.json_response({key: list(items), **pages, **counts})


def _number_resource(number: sqlite3.Row) -> dict[str, object]:
    """https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""
    return {
        "account_sid": number["account"],
        "api_version": API_VERSION,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "friendly_name": number["number"],
        "phone_number": number["number"],
        "sid": number["sid"],
        "sms_method": "POST",
        "sms_url": number["webhook_url"],
        "status": "in-use",
        "uri": f"/{API_VERSION}/Accounts/{number['account']}/IncomingPhoneNumbers/{number['sid']}.json",
    }


def _code_resource(code: sqlite3.Row) -> dict[str, object]:
    """https://www.twilio.com/docs/sms/api/short-codes"""
    return {
        "account_sid": code["account"],
        "api_version": API_VERSION,
        "friendly_name": code["number"],
        "short_code": code["number"],
        "sid": code["sid"],
        "sms_method": "POST",
        "sms_url": code["webhook_url"],
        "uri": f"/{API_VERSION}/Accounts/{code['account']}/SMS/ShortCodes/{code['sid']}.json",
    }
