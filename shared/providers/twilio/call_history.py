"""Reads Twilio's list of calls. https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources"""

from datetime import UTC, date, datetime

from twilio.base import values
from twilio.rest.api.v2010.account.call import CallInstance

from shared.domain.evidence.reconciling import HistoryPage, ProviderMessage, ReceivedPage
from shared.providers.twilio.call_codes import call_end
from shared.providers.twilio.client import open_client, read
from shared.providers.twilio.credentials import TwilioCredentials

PAGE_SIZE = 100
OURS = "outbound-api"  # made by request, as ours are; not by a desk that somebody dials from


class TwilioCallHistory:
    """The calls one Twilio account has made. The list does not show what they said."""

    def __init__(self, credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> None:
        self._client = open_client(credentials, base_url, timeout_seconds)
        self._base_url = base_url.rstrip("/")

    async def page(
        self,
        from_address: str,
        *,
        to_address: str | None = None,
        on: date | None = None,
        since: date | None = None,
        cursor: str | None = None,
    ) -> HistoryPage:
        """Up to 100 calls from `from_address`: made on one day, or since one (GMT), or ever.

        `cursor` is the `next_page_uri` of the page before. Raises ProviderUnavailable, SenderRefused.
        """
        if cursor is not None:
            found = await read(self._client.calls.get_page_async(self._base_url + cursor))
        else:
            found = await read(
                self._client.calls.page_async(
                    from_=from_address,
                    to=to_address or values.unset,
                    start_time=on.isoformat() if on else values.unset,
                    start_time_after=since.isoformat() if since else values.unset,
                    page_size=PAGE_SIZE,
                )
            )
        following: str | None = found.next_page_url
        return HistoryPage(
            messages=tuple(_call(shown) for shown in found if shown.direction == OURS),
            next_cursor=following.removeprefix(self._base_url) if following else None,
        )

    async def incoming(self, to_address: str, *, since: date, cursor: str | None = None) -> ReceivedPage:
        """Nothing: which keys were pressed is told while a call lasts, and listed nowhere."""
        return ReceivedPage(messages=(), next_cursor=None)


def _call(shown: CallInstance) -> ProviderMessage:
    end = call_end(str(shown.status), shown.answered_by or "")
    return ProviderMessage(
        provider_id=str(shown.sid),
        to_address=shown.to or "",
        body=None,
        created_at=shown.date_created or shown.start_time or datetime.min.replace(tzinfo=UTC),
        sent_at=shown.start_time,
        kind=end.kind,
        code=end.code,
        reason=end.reason,
        lesson=end.lesson,
    )
