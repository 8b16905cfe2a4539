"""Reads Twilio's list of messages. https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources"""

from datetime import UTC, date, datetime

from twilio.base import values
from twilio.rest.api.v2010.account.message import MessageInstance

from shared.domain.evidence.reconciling import HistoryPage, ProviderMessage, ReceivedMessage, ReceivedPage
from shared.domain.messages.sending import IncomingMessage, Media, ReceiptKind
from shared.providers.kit.asking import QuestionRefused
from shared.providers.twilio import codes
from shared.providers.twilio.client import NotThere, open_client, read
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.own_addresses import is_service
from shared.providers.twilio.webhook import KINDS, MAX_MEDIA

PAGE_SIZE = 100
PUBLIC_URL = "https://api.twilio.com"  # as webhooks name media, wherever we ask


class TwilioHistory:
    """The messages one Twilio account has sent over the channel with this prefix before its addresses."""

    def __init__(
        self, credentials: TwilioCredentials, base_url: str, timeout_seconds: float, prefix: str = ""
    ) -> None:
        self._prefix = prefix
        self._client = open_client(credentials, base_url, timeout_seconds)
        self._base_url = base_url.rstrip("/")
        self._pools: dict[str, frozenset[str]] = {}

    async def page(
        self,
        from_address: str,
        *,
        to_address: str | None = None,
        on: date | None = None,
        since: date | None = None,
        cursor: str | None = None,
    ) -> HistoryPage:
        """Up to 100 messages from `from_address`: sent on one day, or since one (GMT), or ever.

        The list cannot be asked for a messaging service: its numbers change, and a text has none before it is
        sent. So all of the account's are read, and a page may hold fewer of the service. `cursor` is the
        `next_page_uri` of the page before. Raises ProviderUnavailable, SenderRefused.
        """
        by_service = is_service(from_address)
        if cursor is not None:
            found = await read(self._client.messages.get_page_async(self._base_url + cursor))
        else:
            found = await read(
                self._client.messages.page_async(
                    from_=values.unset if by_service else self._prefix + from_address,
                    to=self._prefix + to_address if to_address else values.unset,
                    date_sent=on.isoformat() if on else values.unset,
                    date_sent_after=since.isoformat() if since else values.unset,
                    page_size=PAGE_SIZE,
                )
            )
        following: str | None = found.next_page_url
        return HistoryPage(
            messages=tuple(
                _message(shown) for shown in found if not by_service or _went_by(shown, from_address)
            ),
            next_cursor=following.removeprefix(self._base_url) if following else None,
        )

    async def incoming(self, to_address: str, *, since: date, cursor: str | None = None) -> ReceivedPage:
        """Up to 100 messages that people wrote to `to_address` since a day (GMT), as `page` does.

        To a service are all that were written to its numbers.
        """
        by_service = is_service(to_address)
        ours = await self._pool(to_address) if by_service else frozenset()
        if cursor is not None:
            found = await read(self._client.messages.get_page_async(self._base_url + cursor))
        else:
            found = await read(
                self._client.messages.page_async(
                    to=values.unset if by_service else self._prefix + to_address,
                    date_sent_after=since.isoformat(),
                    page_size=PAGE_SIZE,
                )
            )
        following: str | None = found.next_page_url
        written = [shown for shown in found if shown.direction == "inbound"]
        if by_service:
            written = [
                shown for shown in written if shown.messaging_service_sid == to_address or shown.to in ours
            ]
        return ReceivedPage(
            messages=tuple([_received(shown, await self._media(shown)) for shown in written]),
            next_cursor=following.removeprefix(self._base_url) if following else None,
        )

    async def _pool(self, address: str) -> frozenset[str]:
        """The service's numbers, asked for once."""
        if address not in self._pools:
            from shared.providers.twilio.services import pool_of  # here, as it is a large part of the client

            self._pools[address] = frozenset(one.address for one in await pool_of(self._client, address))
        return self._pools[address]

    async def _media(self, shown: MessageInstance) -> tuple[Media, ...]:
        """Where Twilio keeps what came beside the text; few texts have anything."""
        if not int(shown.num_media or 0):
            return ()
        try:
            found = await read(self._client.messages(str(shown.sid)).media.list_async(limit=MAX_MEDIA))
        except (QuestionRefused, NotThere):  # they are deleted there, or the message is
            return ()
        return tuple(
            Media(url=PUBLIC_URL + str(one.uri).removesuffix(".json"), content_type=str(one.content_type))
            for one in found
        )


def _went_by(shown: MessageInstance, service: str) -> bool:
    """Whether the message went out through the service."""
    return bool(shown.messaging_service_sid == service and shown.direction != "inbound")


def _received(shown: MessageInstance, media: tuple[Media, ...]) -> ReceivedMessage:
    return ReceivedMessage(
        at=shown.date_sent or shown.date_created or datetime.min.replace(tzinfo=UTC),
        message=IncomingMessage(
            provider_id=str(shown.sid),
            from_address=shown.from_ or "",
            to_address=shown.to or "",
            body=shown.body or "",
            media=media,
            written_at=shown.date_sent or shown.date_created,
        ),
    )


def _message(shown: MessageInstance) -> ProviderMessage:
    code = str(shown.error_code) if shown.error_code else None
    return ProviderMessage(
        provider_id=str(shown.sid),
        to_address=shown.to or "",
        body=shown.body or "",
        created_at=shown.date_created or shown.date_sent or datetime.min.replace(tzinfo=UTC),
        sent_at=shown.date_sent,
        kind=KINDS.get(str(shown.status), ReceiptKind.UNKNOWN),
        code=code,
        reason=codes.delivery_reason(code) if code else None,
        lesson=codes.LESSONS.get(code) if code else None,
    )
