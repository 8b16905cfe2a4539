"""SendGrid's HTTP: mail/send, the scopes of a key, the verified senders, and who unsubscribed."""

import json
import secrets
import sqlite3
import time
from collections.abc import Sequence

from aiohttp import web

from infra.local.simulator.faults import Delays, Faults, Refusals, give_answer
from infra.local.simulator.outcomes import Answer, outcome_of_mailbox
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.sendgrid_lists import UNSUBSCRIBES, drop, is_listed, unlisting
from infra.local.simulator.sendgrid_request import HELP, Mail, MailRefused, read_mails
from infra.local.simulator.store import Store, insert

UNLISTING_SCOPE = "asm.suppressions.global.delete"
SCOPES = [
    "mail.send",
    "sender_verification_eligible",
    "user.webhooks.event.settings.read",
    UNLISTING_SCOPE,
]


class SendGridRefusal(Exception):
    """An error as SendGrid words it."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field

    def response(self) -> web.Response:
        """The answer that says it."""
        error = {"message": str(self), "field": self.field, "help": HELP if self.field else None}
        return web.json_response({"errors": [error]}, status=self.status)


def throttled() -> web.Response:
    """What every endpoint says when asked too often.

    https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
    """
    response = SendGridRefusal(429, "too many requests").response()
    reset = str(int(time.time()) + 1)
    response.headers.update(
        {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    )
    return response


REFUSALS = Refusals(throttled=throttled, error=SendGridRefusal(500, "Internal Server Error").response)


class SendGridApi:
    """The handlers."""

    def __init__(self, store: Store, receipts: ReceiptSender, faults: Faults, delays: Delays) -> None:
        self._store = store
        self._receipts = receipts
        self._faults = faults
        self._delays = delays

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/v3/mail/send", self.send_mail),
            web.get("/v3/scopes", self.list_scopes),
            web.get("/v3/verified_senders", self.list_senders),
            web.get("/v3/whitelabel/domains", self.list_domains),
            web.delete("/v3/asm/suppressions/global/{address}", self.take_off),
        ]

    async def send_mail(self, request: web.Request) -> web.StreamResponse:
        """Send to all recipients of the request, unless one's outcome or a fault says otherwise."""
        key = self._key(request)
        mails = await _read(request)
        senders = json.loads(key["senders"])
        if mails[0].from_address.lower() not in senders and senders:
            text = (
                "The from address does not match a verified Sender Identity. "
                "Mail cannot be sent until this error is resolved."
            )
            raise SendGridRefusal(403, text, "from")

        async def accept() -> web.Response:
            request_id = secrets.token_urlsafe(16)
            self._receipts.start(await self._store_mails(key["key"], request_id, mails))
            return web.Response(status=202, headers={"X-Message-Id": request_id})

        outcomes = {mail.to_address: outcome_of_mailbox(mail.to_address).answer for mail in mails}
        # SendGrid takes mail for people who refused, and drops it: an event says so.
        answers = {to: answer for to, answer in outcomes.items() if answer is not Answer.REFUSED}
        answer = self._faults.answer("sendgrid", answers)
        return await give_answer(request, answer, accept, refusals=REFUSALS, delays=self._delays)

    async def list_scopes(self, request: web.Request) -> web.StreamResponse:
        """What the key may do: the usual way to find out whether it is right."""
        return web.json_response({"scopes": self._scopes(self._key(request))})

    async def take_off(self, request: web.Request) -> web.StreamResponse:
        """Take an address off the account's list of who unsubscribed from everything.

        https://www.twilio.com/docs/sendgrid/api-reference/suppressions-global-suppressions/delete-a-global-suppression
        """
        key, address = self._key(request), request.match_info["address"]
        if UNLISTING_SCOPE not in self._scopes(key):
            raise SendGridRefusal(403, "access forbidden")

        async def accept() -> web.Response:
            if not is_listed(self._store, key["key"], address, UNSUBSCRIBES):
                return SendGridRefusal(404, "resource not found").response()
            await self._store.write(unlisting(key["key"], address, UNSUBSCRIBES))
            return web.Response(status=204)

        answer = self._faults.answer("sendgrid_lists", {})
        return await give_answer(request, answer, accept, refusals=REFUSALS, delays=self._delays)

    async def list_senders(self, request: web.Request) -> web.StreamResponse:
        """Whom the account may send from. https://www.twilio.com/docs/sendgrid/api-reference/sender-verification"""
        senders = json.loads(self._key(request)["senders"])
        results = [
            {"id": number, "from_email": sender, "reply_to": sender, "verified": True, "locked": False}
            for number, sender in enumerate(senders, start=1)
        ]
        return web.json_response({"results": results})

    async def list_domains(self, request: web.Request) -> web.StreamResponse:
        """The account's authenticated domains: none, as keys name single senders."""
        self._key(request)
        return web.json_response([])

    def _key(self, request: web.Request) -> sqlite3.Row:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if not key:
            raise SendGridRefusal(401, "authorization required")
        found = self._store.row("SELECT * FROM mail_keys WHERE key = ?", key)
        if kind.lower() != "bearer" or found is None:
            raise SendGridRefusal(401, "The provided authorization grant is invalid, expired, or revoked")
        return found

    def _scopes(self, key: sqlite3.Row) -> list[str]:
        narrowed = self._store.row("SELECT scopes FROM mail_scopes WHERE key = ?", key["key"])
        return list(json.loads(narrowed["scopes"])) if narrowed else SCOPES

    async def _store_mails(self, key: str, request_id: str, mails: Sequence[Mail]) -> list[str]:
        ids = [f"{request_id}.recvd-{secrets.token_hex(6)}-{number}.0" for number in range(len(mails))]
        now = self._store.now()
        await self._store.write(
            *(
                insert(
                    "mail_details",
                    provider_id=provider_id,
                    headers=json.dumps(mail.headers),
                    attachments=json.dumps(mail.attachments),
                    form=b"",
                )
                for provider_id, mail in zip(ids, mails, strict=True)
            ),
            *(
                insert(
                    "messages",
                    provider_id=provider_id,
                    request_id=request_id,
                    channel="email",
                    account=key,
                    handset=mail.to_address,
                    sender=mail.from_address,
                    reply_to=mail.reply_to,
                    subject=mail.subject,
                    body=mail.text,
                    html=mail.html,
                    status="processed",
                    arguments=json.dumps(mail.arguments),
                    created_at=now,
                )
                for provider_id, mail in zip(ids, mails, strict=True)
            ),
            *(
                statement
                for provider_id, mail in zip(ids, mails, strict=True)
                for statement in drop(self._store, key, mail.to_address, provider_id)
            ),
        )
        return ids


async def _read(request: web.Request) -> list[Mail]:
    try:
        return read_mails(await request.json())
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise SendGridRefusal(400, "Bad Request") from None
    except MailRefused as refused:
        raise SendGridRefusal(400, str(refused), refused.field) from None
