"""Twilio's content templates, and what WhatsApp says of them.

https://www.twilio.com/docs/content/content-api-resources
"""

from collections.abc import Mapping
from typing import Any

from twilio.rest.content.v1 import V1

from shared.domain.templates.provider_content import Approval, ContentButton, ContentPage, ProviderContent
from shared.providers.kit.asking import ProviderUnavailable
from shared.providers.twilio import hosts
from shared.providers.twilio.client import NotThere, open_client, read
from shared.providers.twilio.credentials import TwilioCredentials

# https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses
_APPROVALS = {
    "approved": Approval.APPROVED,
    "pending": Approval.PENDING,
    "received": Approval.PENDING,
    "rejected": Approval.REJECTED,
    "paused": Approval.PAUSED,
    "disabled": Approval.DISABLED,
    "unsubmitted": Approval.NOT_SUBMITTED,
}


class TwilioContents:
    """The content templates of one Twilio account."""

    def __init__(self, credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> None:
        self._client = open_client(credentials, base_url, timeout_seconds)

    async def find(self, content_id: str) -> ProviderContent | None:
        """One of them with its approval; None for one that the account does not have.

        Raises ProviderUnavailable, SenderRefused.
        """
        try:
            context = self._contents().contents(content_id)
            content = await read(context.fetch_async())
            approval = await read(context.approval_fetch().fetch_async())
            return _content(content, approval.whatsapp)
        except NotThere:
            return None
        except (AttributeError, KeyError, TypeError) as error:
            raise ProviderUnavailable("Twilio's answer could not be read.") from error

    async def page(self, limit: int, cursor: str | None = None) -> ContentPage:
        """So many of them at most; `cursor` is the `next_after` of the page before.

        Raises ProviderUnavailable, SenderRefused.
        """
        listed = self._contents().content_and_approvals
        try:
            if cursor is None:
                found = await read(listed.page_async(page_size=limit))
            else:
                found = await read(listed.get_page_async(self._base_url() + cursor))
            following: str | None = found.next_page_url
            return ContentPage(
                items=tuple(_content(one, one.approval_requests) for one in found),
                next_after=_path(following),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ProviderUnavailable("Twilio's answer could not be read.") from error

    def _contents(self) -> V1:
        return hosts.content(self._client).v1

    def _base_url(self) -> str:
        return str(hosts.content(self._client).base_url)


def _path(url: str | None) -> str | None:
    """What follows the host, which may be another one than Twilio writes."""
    if not url:
        return None
    _, _, rest = url.partition("://")
    return f"/{rest.partition('/')[2]}"


def _content(shown: Any, told: Mapping[str, Any] | None) -> ProviderContent:
    kind, parts = _chosen(shown.types or {})
    approval = _whatsapp(told or {})
    status = str(approval.get("status") or "unsubmitted")
    return ProviderContent(
        id=str(shown.sid),
        name=shown.friendly_name or "",
        language=shown.language or "",
        kind=kind,
        body=str(parts.get("body") or ""),
        approval=_APPROVALS.get(status, Approval.UNKNOWN),
        buttons=tuple(
            ContentButton(id=str(one.get("id") or one["title"]), title=str(one["title"]))
            for one in parts.get("actions") or ()
            if isinstance(one, dict) and one.get("title") and _is_reply(one)
        ),
        samples={str(name): str(value) for name, value in (shown.variables or {}).items()},
        reason=str(approval.get("rejection_reason") or ""),
    )


def _is_reply(action: Mapping[str, Any]) -> bool:
    """Whether the button answers; others call or open a page."""
    return str(action.get("type") or "QUICK_REPLY").upper() == "QUICK_REPLY"


def _whatsapp(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lists have the approval itself, single contents one for each network."""
    inner = told.get("whatsapp")
    return inner if isinstance(inner, dict) else told


def _chosen(types: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Of several kinds of one content the richest: what the network gets where it can show it."""
    with_body = {
        kind: parts for kind, parts in types.items() if isinstance(parts, dict) and parts.get("body")
    }
    rich = {kind: parts for kind, parts in with_body.items() if parts.get("actions")}
    kind, parts = next(iter((rich or with_body or types).items()), ("", {}))
    return str(kind), parts if isinstance(parts, dict) else {}
