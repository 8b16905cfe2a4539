"""Makes calls through Twilio's official client. https://www.twilio.com/docs/voice/api/call-resource"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from twilio.rest.api.v2010.account.call import CallInstance

from shared import log
from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.providers.kit import http
from shared.providers.twilio import codes
from shared.providers.twilio.call_codes import CALL_REFUSALS
from shared.providers.twilio.call_routes import ANSWERED_PATH, CALL_STATUS_PATH
from shared.providers.twilio.client import Refused, open_client
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.webhook import STATUS_URL_OVERRIDES

RING_SECONDS = 30  # six rings: a mailbox takes most calls before
EVENTS = ["initiated", "ringing", "answered", "completed"]
# What a call waits at Twilio when more are made than the account may make a second, in milliseconds.
TOO_LONG_A_QUEUE = "Twilio would have made the call after its contact window: it was canceled before it rang."


class TwilioCaller:
    """Makes calls from one Twilio account.

    A call fetches what it says from us when it is taken (`Url`): so a person hears the keys and a machine the
    text alone, a text may be longer than the 4,000 characters of a `Twiml` parameter, and what is spoken is
    checked against its seal once more.
    """

    def __init__(self, credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> None:
        self._client = open_client(credentials, base_url, timeout_seconds)

    async def send(self, messages: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
        """Make all calls at once; pacing is the caller's. One result per message id."""
        results = await asyncio.gather(*(self._call_named(message) for message in messages))
        return {message.message_id: result for message, result in zip(messages, results, strict=True)}

    async def _call_named(self, message: OutgoingMessage) -> SendResult:
        with log.context(message_id=message.message_id):
            return await self._call(message)

    async def _call(self, message: OutgoingMessage) -> SendResult:
        try:
            created = await self._client.calls.create_async(
                to=message.to_address,
                from_=message.from_address,
                url=_told_at(message, ANSWERED_PATH),
                method="POST",
                fallback_url=_told_at(message, ANSWERED_PATH),  # one more try before Twilio says sorry
                fallback_method="POST",
                status_callback=_told_at(message, CALL_STATUS_PATH),
                status_callback_event=EVENTS,
                status_callback_method="POST",
                timeout=RING_SECONDS,
                machine_detection="DetectMessageEnd" if message.leaves_voicemail else "Enable",
            )
            if not created.sid:
                raise ValueError("Twilio's answer names no call")
        except Refused as refused:
            answer = refused.answer
            wait = http.retry_after_seconds(answer.headers)
            return codes.refusal(answer.status, answer.text, wait, CALL_REFUSALS)
        except Exception as error:  # noqa: BLE001 - whatever else went wrong, it may ring
            return http.failure(error)
        if _rings_too_late(created, message) and await self._is_canceled(created):
            return SendResult(
                outcome=Outcome.REJECTED, provider_id=created.sid, code="queued", reason=TOO_LONG_A_QUEUE
            )
        return SendResult(outcome=Outcome.ACCEPTED, provider_id=created.sid)

    async def _is_canceled(self, created: CallInstance) -> bool:
        """Take back a call that still waits; False when it cannot be known that it will not ring."""
        try:
            changed = await self._client.calls(created.sid).update_async(status="canceled")
        except Exception as error:  # noqa: BLE001 - the call was created, whatever went wrong here
            log.event("call not canceled", provider_id=created.sid, error_type=type(error).__name__)
            return False
        return str(changed.status) == "canceled"


def _rings_too_late(created: CallInstance, message: OutgoingMessage) -> bool:
    """Whether Twilio has so many calls waiting that this one's turn comes after what it is good for."""
    waits = str(created.queue_time or "")
    return waits.isdecimal() and int(waits) > message.validity_seconds * 1000


def _told_at(message: OutgoingMessage, path: str) -> str:
    """Our address of that name for news of the same message."""
    told = urlsplit(message.status_url)
    home = told.path.rpartition("/")[0]
    return told._replace(path=f"{home}/{path}").geturl() + STATUS_URL_OVERRIDES
