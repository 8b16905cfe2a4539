"""The HTTP of Amazon SES, version 2: SendEmail, the account, identities; and of SNS, what its events need.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html
"""

import base64
import json
import re
import sqlite3
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from aiohttp import web
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.simulator.faults import Delays, Faults, Refusals, give_answer
from infra.local.simulator.outcomes import Answer, outcome_of_mailbox
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.store import Store, insert

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=(\w+)/\d{8}/([a-z0-9-]+)/ses/aws4_request")
_SIGNED = re.compile(r"SignedHeaders=([a-z0-9;-]+)")
UNVERIFIED = "Email address is not verified. The following identities failed the check in region {}: {}"


class SesRefusal(Exception):
    """An error as SES words it."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status, self.name = status, name

    def response(self) -> web.Response:
        """The answer that says it."""
        headers = {"x-amzn-ErrorType": self.name}
        return web.json_response({"message": str(self)}, status=self.status, headers=headers)


REFUSALS = Refusals(
    throttled=SesRefusal(429, "TooManyRequestsException", "Maximum sending rate exceeded.").response,
    error=SesRefusal(500, "InternalFailure", "The request processing has failed.").response,
)


class SesApi:
    """The handlers."""

    def __init__(self, store: Store, receipts: ReceiptSender, faults: Faults, delays: Delays) -> None:
        self._store, self._receipts = store, receipts
        self._faults, self._delays = faults, delays

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/v2/email/outbound-emails", self.send_email),
            web.get("/v2/email/account", self.get_account),
            web.get("/v2/email/identities/{identity}", self.get_identity),
            web.get("/{name:SimpleNotificationService-[0-9a-f]+[.]pem}", self.show_certificate),
            web.get("/_sns/", self.confirm),
        ]

    async def send_email(self, request: web.Request) -> web.StreamResponse:
        """Send one mail, unless the recipient's outcome or a fault says otherwise."""
        account, body = await self._account(request)
        order = _read(body)
        sender = parseaddr(order["FromEmailAddress"])[1].lower()
        if not {sender, sender.partition("@")[2]} & set(json.loads(account["identities"])):
            raise SesRefusal(400, "MessageRejected", UNVERIFIED.format(account["region"].upper(), sender))
        if not account["sending_enabled"]:
            raise SesRefusal(400, "SendingPausedException", "Email sending is paused for this account.")
        [to] = order["Destination"]["ToAddresses"]

        async def accept() -> web.Response:
            message_id = f"{uuid4().hex}-{uuid4().hex[:8]}-000000"
            await self._store_mail(account, message_id, sender, to, order)
            self._receipts.start([message_id])
            return web.json_response({"MessageId": message_id})

        outcome = outcome_of_mailbox(to).answer
        outcomes = {} if outcome is Answer.REFUSED else {to: outcome}  # it takes the mail, and drops it
        answer = self._faults.answer("ses", outcomes)
        return await give_answer(request, answer, accept, refusals=REFUSALS, delays=self._delays)

    async def get_account(self, request: web.Request) -> web.StreamResponse:
        """Whether the account may send, and how much."""
        account, _ = await self._account(request)
        sent = self._store.rows("SELECT id FROM messages WHERE account = ?", account["key_id"])
        return web.json_response(
            {
                "ProductionAccessEnabled": not account["in_sandbox"],
                "SendingEnabled": bool(account["sending_enabled"]),
                "EnforcementStatus": "SHUTDOWN" if account["is_shut_down"] else "HEALTHY",
                "SendQuota": {
                    "Max24HourSend": account["quota"],
                    "MaxSendRate": account["rate"],
                    "SentLast24Hours": float(len(sent)),
                },
            }
        )

    async def get_identity(self, request: web.Request) -> web.StreamResponse:
        """Whether an address or a domain is verified."""
        account, _ = await self._account(request)
        identity = request.match_info["identity"].lower()
        if identity not in json.loads(account["identities"]):
            raise SesRefusal(404, "NotFoundException", f"Email identity {identity} does not exist.")
        kind = "EMAIL_ADDRESS" if "@" in identity else "DOMAIN"
        return web.json_response({"IdentityType": kind, "VerifiedForSendingStatus": True})

    async def show_certificate(self, request: web.Request) -> web.StreamResponse:
        """What notifications are signed with, as SNS publishes it."""
        path = f"/{request.match_info['name']}"
        found = self._store.row("SELECT certificate FROM ses_accounts WHERE certificate_path = ?", path)
        if found is None:
            raise web.HTTPNotFound
        return web.Response(text=found["certificate"], content_type="application/x-pem-file")

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """The address of a subscription was asked for: from now on it gets what the topic publishes."""
        token = request.query.get("Token", "")
        found = self._store.row("SELECT key_id FROM ses_accounts WHERE token = ?", token)
        if found is None or request.query.get("Action") != "ConfirmSubscription":
            raise web.HTTPNotFound
        update = "UPDATE ses_accounts SET is_confirmed = 1 WHERE key_id = ?"
        await self._store.write((update, (found["key_id"],)))
        return web.Response(text="<ConfirmSubscriptionResponse/>", content_type="text/xml")

    async def _account(self, request: web.Request) -> tuple[sqlite3.Row, bytes]:
        """Whose signature it is, and the body. Raises SesRefusal."""
        authorization, body = request.headers.get("Authorization", ""), await request.read()
        found = _CREDENTIAL.match(authorization)
        if found is None:
            raise SesRefusal(403, "MissingAuthenticationToken", "Missing Authentication Token")
        account = self._store.row("SELECT * FROM ses_accounts WHERE key_id = ?", found[1])
        if account is None or account["region"] != found[2]:
            text = "The security token included in the request is invalid."
            raise SesRefusal(403, "UnrecognizedClientException", text)
        if not _is_signed(request, body, account):
            text = "The request signature we calculated does not match the signature you provided."
            raise SesRefusal(403, "SignatureDoesNotMatch", text)
        return account, body

    async def _store_mail(
        self, account: sqlite3.Row, message_id: str, sender: str, to: str, order: dict[str, Any]
    ) -> None:
        simple = order["Content"]["Simple"]
        parts = simple["Body"]
        headers = {one["Name"]: one["Value"] for one in simple.get("Headers", ())}
        tags = {one["Name"]: [one["Value"]] for one in order.get("EmailTags", ())}
        await self._store.write(
            insert(
                "mail_details",
                provider_id=message_id,
                headers=json.dumps(headers),
                attachments=json.dumps([_attachment(one) for one in simple.get("Attachments", ())]),
                form=b"",
            ),
            insert(
                "messages",
                provider_id=message_id,
                request_id=message_id,
                channel="email",
                account=account["key_id"],
                handset=to,
                sender=sender,
                reply_to=next(iter(order.get("ReplyToAddresses", ())), ""),
                subject=simple["Subject"]["Data"],
                body=parts.get("Text", {}).get("Data", ""),
                html=parts.get("Html", {}).get("Data", ""),
                status="processed",
                arguments=json.dumps(tags),
                created_at=self._store.now(),
            ),
        )


def _attachment(attachment: Mapping[str, str]) -> dict[str, Any]:
    size = len(base64.b64decode(attachment["RawContent"], validate=True))
    return {"filename": attachment["FileName"], "type": attachment["ContentType"], "size": size}


def _read(body: bytes) -> dict[str, Any]:
    try:
        order: dict[str, Any] = json.loads(body)
        order["Content"]["Simple"]["Subject"]["Data"], order["FromEmailAddress"]
        if len(order["Destination"]["ToAddresses"]) != 1:
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        raise SesRefusal(400, "BadRequestException", "1 validation error detected.") from error
    return order


def _is_signed(request: web.Request, body: bytes, account: sqlite3.Row) -> bool:
    """Whether the request is signed with the account's secret, as botocore would sign the very same."""
    authorization = request.headers["Authorization"]
    names = _SIGNED.search(authorization)
    if names is None:
        return False
    headers = {name: request.headers.get(name, "") for name in names[1].split(";")}
    ours = AWSRequest(
        method=request.method,
        url=f"{request.scheme}://{request.host}{request.raw_path}",
        data=body,
        headers=headers,
    )
    ours.context["timestamp"] = request.headers.get("X-Amz-Date", "")
    signer = SigV4Auth(Credentials(account["key_id"], account["secret"]), "ses", account["region"])
    text = signer.string_to_sign(ours, signer.canonical_request(ours))
    return authorization.endswith(f"Signature={signer.signature(text, ours)}")
