"""Reads conversations: what an account said to a person, and what the person said.

https://developers.facebook.com/docs/messenger-platform/conversations
Meta lists messages by conversation, newest first, and tells of the twenty newest what they say. Of older ones
nothing is known but when they were: such a one is shown without its text, so that it proves nothing. It says
nowhere whether a message arrived: for days without receipts there is nothing to find here.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from shared.domain.evidence.reconciling import HistoryPage, ProviderMessage, ReceivedMessage, ReceivedPage
from shared.domain.messages.sending import IncomingMessage, ReceiptKind
from shared.providers.kit.asking import ProviderUnavailable
from shared.providers.meta.client import MetaClient
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.platform import Platform

CONVERSATIONS_A_PAGE, MESSAGES_A_CONVERSATION = 25, 100
TOLD = 20  # of a conversation's messages, the newest, their text is told
_OF_MESSAGES = "id,created_time,from,to,message"
_FIELDS = f"id,updated_time,participants,messages.limit({MESSAGES_A_CONVERSATION}){{{_OF_MESSAGES}}}"
_ORDER = "%Y-%m-%dT%H:%M:%S%z"


class MetaHistory:
    """The conversations of one page or Instagram account."""

    def __init__(
        self, credentials: MetaCredentials, platform: Platform, base_url: str, timeout_seconds: float
    ) -> None:
        self._client = MetaClient(credentials, platform, base_url, timeout_seconds)

    async def page(
        self,
        from_address: str,
        *,
        to_address: str | None = None,
        on: date | None = None,
        since: date | None = None,
        cursor: str | None = None,
    ) -> HistoryPage:
        """What the account sent to a person, or since a day (GMT) to all; of single days nothing is known.

        Raises ProviderUnavailable, also where the person's conversation is not listed: as they must have
        written to be written to, that proves nothing. Raises SenderRefused.
        """
        if on is not None:
            return HistoryPage(messages=(), next_cursor=None)
        found, following = await self._conversations(from_address, to_address, since, cursor)
        if to_address is not None and not found:
            raise ProviderUnavailable("Meta does not list the conversation with this person.")
        sent = [one for talk in found for one in self._sent(talk, from_address, to_address, since)]
        return HistoryPage(messages=tuple(sent), next_cursor=following)

    async def incoming(self, to_address: str, *, since: date, cursor: str | None = None) -> ReceivedPage:
        """What people wrote to the account since a day (GMT). Raises ProviderUnavailable, SenderRefused."""
        found, following = await self._conversations(to_address, None, since, cursor)
        written = [one for talk in found for one in self._written(talk, to_address)]
        return ReceivedPage(messages=tuple(written), next_cursor=following)

    async def _conversations(
        self, account: str, person: str | None, since: date | None, cursor: str | None
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Conversations, the last used first, until those that were silent since the day."""
        params = {"platform": self._client.platform.name, "fields": _FIELDS}
        params |= {"limit": str(CONVERSATIONS_A_PAGE)}
        params |= {"user_id": person} if person else {}
        params |= {"after": cursor} if cursor else {}
        answer = await self._client.get(f"{self._client.account(account)}/conversations", **params)
        try:
            found: list[Mapping[str, Any]] = [dict(one) for one in answer["data"]]
            recent = [one for one in found if since is None or _moment(one["updated_time"]) >= _start(since)]
            paging = answer.get("paging") or {}
            following = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable("Meta's answer could not be read.") from error
        is_through = person is not None or len(recent) < len(found)
        return (found if person else recent), None if is_through else following

    def _sent(
        self, talk: Mapping[str, Any], account: str, person: str | None, since: date | None
    ) -> Iterator[ProviderMessage]:
        """What the account said; of what is not told, that somebody said something."""
        own, other = self._own(account), person or self._other(talk, account)
        for one, is_told in _messages(talk):
            at = _moment(one["created_time"])
            if since is not None and at < _start(since):
                continue
            speaker = str((one.get("from") or {}).get("id") or "")
            if is_told and speaker and speaker not in own:
                continue
            if not (is_told and speaker) and person is None:
                # Among all people's messages this one could be taken for another's.
                raise ProviderUnavailable("Meta no longer tells what was said in one of the conversations.")
            yield ProviderMessage(
                provider_id=str(one["id"]),
                to_address=other if is_told and speaker else "",
                body=str(one.get("message") or "") if is_told and speaker else None,
                created_at=at,
                sent_at=at,
                kind=ReceiptKind.SENT,
            )

    def _written(self, talk: Mapping[str, Any], account: str) -> Iterator[ReceivedMessage]:
        own = self._own(account)
        for one, is_told in _messages(talk):
            speaker = str((one.get("from") or {}).get("id") or "")
            if is_told and speaker and speaker not in own:
                at = _moment(one["created_time"])
                message = IncomingMessage(
                    provider_id=str(one["id"]),
                    from_address=speaker,
                    to_address=account,
                    body=str(one.get("message") or ""),
                    written_at=at,
                )
                yield ReceivedMessage(at=at, message=message)

    def _own(self, account: str) -> frozenset[str]:
        return frozenset({account, self._client.account(account)})

    def _other(self, talk: Mapping[str, Any], account: str) -> str:
        """The person of a conversation."""
        people = [str(one.get("id")) for one in (talk.get("participants") or {}).get("data") or ()]
        others = [one for one in people if one not in self._own(account)]
        if len(others) != 1:
            raise ProviderUnavailable("Meta does not say with whom one of the conversations is.")
        return others[0]


def _messages(talk: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Each with whether Meta tells what it says. Raises ProviderUnavailable for what cannot be read."""
    try:
        for place, one in enumerate(talk["messages"]["data"]):
            yield {"id": one["id"], "created_time": one["created_time"], **one}, place < TOLD
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable("Meta's answer could not be read.") from error


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _ORDER).astimezone(UTC)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
