"""Drives the simulators from tests and the demo: accounts, replies, faults, and what was accepted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from msgspec import Struct

from infra.local.simulator.outcomes import Answer


class TwilioAccount(Struct, frozen=True, kw_only=True):
    """A simulated account's credentials."""

    sid: str
    token: str


class MetaAccount(Struct, frozen=True, kw_only=True):
    """A simulated page or Instagram account's credentials."""

    address: str
    token: str
    app_secret: str
    app_id: str
    verify_token: str
    page: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """As Rollcall keeps them."""
        fields = {
            "access_token": self.token,
            "app_secret": self.app_secret,
            "verify_token": self.verify_token,
            "app_id": self.app_id,
        }
        return fields | ({"page_id": self.page} if self.page else {})


class SendGridKey(Struct, frozen=True, kw_only=True):
    """A simulated key, and what verifies its events and the mails that people write."""

    key: str
    verification_key: str
    inbound_key: str = ""


def base_urls(address: str) -> dict[str, str]:
    """The simulators at `address`, by provider, as the settings take them."""
    return dict.fromkeys(("twilio", "sendgrid", "ses", "meta"), address)


class SimulatorClient:
    """The simulators at `address`."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self.address = address
        self.base_urls = base_urls(address)
        self._http = http

    async def add_account(
        self, *, sid: str = "", token: str = "", secondary: str = "", suspended: bool = False
    ) -> TwilioAccount:
        """Open a Twilio account, or change one; what is left out is made up, but for a secondary token."""
        order = {"sid": sid, "token": token, "secondary": secondary, "suspended": suspended}
        made = await self._post("accounts", order)
        return TwilioAccount(sid=made["sid"], token=made["token"])

    async def add_number(self, account: TwilioAccount, number: str, *, webhook_url: str = "") -> None:
        """Give the account a number; what people write to it goes to `webhook_url`."""
        order = {"account": account.sid, "number": number, "webhook_url": webhook_url}
        await self._post("numbers", order)

    async def add_service(
        self,
        account: TwilioAccount,
        *numbers: str,
        sid: str = "",
        inbound_url: str = "",
        smart_encoding: bool = False,
        sticky: bool = True,
        campaign: str = "",
    ) -> str:
        """A messaging service (or set one anew) whose pool are these numbers; its id."""
        order = {
            "account": account.sid,
            "sid": sid,
            "numbers": numbers,
            "inbound_url": inbound_url,
            "smart_encoding": smart_encoding,
            "sticky": sticky,
            "campaign": campaign,
        }
        return str((await self._post("services", order))["sid"])

    async def add_content(
        self,
        account: TwilioAccount,
        body: str,
        *,
        buttons: Mapping[str, str] | None = None,
        name: str = "simulated",
        language: str = "en",
        variables: Mapping[str, str] | None = None,
        status: str = "approved",
        reason: str = "",
    ) -> str:
        """A content template with `buttons` (titles by id), and what WhatsApp says of it; its id."""
        order = {
            "account": account.sid,
            "body": body,
            "buttons": [{"id": item_id, "title": title} for item_id, title in (buttons or {}).items()],
            "name": name,
            "language": language,
            "variables": dict(variables or {}),
            "status": status,
            "reason": reason,
        }
        return str((await self._post("contents", order))["sid"])

    async def set_approval(self, content_sid: str, status: str) -> None:
        """Have WhatsApp say something else of a content template."""
        await self._post(f"contents/{content_sid}", {"status": status})

    async def set_channel_state(self, number: str, status: str) -> None:
        """Say how "whatsapp:+12125550100" is registered, such as OFFLINE."""
        await self._post("channel-states", {"number": number, "status": status})

    async def add_meta_account(self, address: str, **changes: str) -> MetaAccount:
        """A page ("messenger:…") or Instagram account ("instagram:…"), or change one; the rest is made up."""
        made = await self._post("meta-accounts", {"address": address, **changes})
        names = ("address", "token", "app_secret", "app_id", "verify_token", "page")
        return MetaAccount(**{name: made[name] for name in names})

    async def tell_meta_event(self, address: str, event: dict[str, Any]) -> int:
        """Post an event of an account in Meta's own words; the status answered."""
        return int((await self._post("meta-events", {"address": address, "event": event}))["status"])

    async def subscribe(self, address: str, *, verify_token: str = "") -> bool:
        """Have Meta ask whether the account's webhook address is the application's."""
        order = {"address": address, "verify_token": verify_token}
        return bool((await self._post("meta-subscriptions", order))["is_confirmed"])

    async def press(self, handset: str, choice: str) -> None:
        """Press the button with this id on the last message to the handset that has one."""
        await self._post("replies", {"handset": handset, "choice": choice})

    async def look(self, handset: str) -> None:
        """Look at the handset: what came over a channel that tells so was read."""
        await self._post("readings", {"handset": handset})

    async def set_toll_free(self, number: str, state: str) -> None:
        """Say how far the verification of a toll-free number is, such as TWILIO_APPROVED."""
        await self._post("toll-free", {"number": number, "state": state})

    async def add_key(
        self,
        *,
        key: str = "",
        event_url: str = "",
        inbound_url: str = "",
        senders: Sequence[str] = (),
        signs_anew: bool = False,
        scopes: Sequence[str] = (),
    ) -> SendGridKey:
        """Make a SendGrid key (or change one); without `senders` it may send from anybody.

        Without `scopes` it may do everything.
        """
        order = {
            "key": key,
            "event_url": event_url,
            "inbound_url": inbound_url,
            "senders": list(senders),
            "signs_anew": signs_anew,
            "scopes": list(scopes),
        }
        return SendGridKey(**await self._post("keys", order))

    async def add_listing(self, key: str, address: str, name: str = "unsubscribes") -> None:
        """Have the reader of an address unsubscribe with SendGrid, or report a mail ("spam_reports")."""
        await self._post("mail-lists", {"key": key, "address": address, "list": name})

    async def lists_with(self, key: str, address: str) -> list[str]:
        """SendGrid's own lists of a key's account that have the address."""
        query = {"key": key, "address": address}
        async with self._http.get(f"{self.address}/_control/mail-lists", params=query) as response:
            response.raise_for_status()
            return list((await response.json())["lists"])

    async def add_ses_account(self, **facts: object) -> dict[str, str]:
        """Make an account of Amazon SES; the credentials that sign in to it."""
        return dict(await self._post("ses-accounts", dict(facts)))

    async def subscribe_ses(self, access_key_id: str) -> bool:
        """Have SNS post that an account's address was subscribed; whether it was confirmed."""
        answer = await self._post("ses-subscriptions", {"access_key_id": access_key_id})
        return bool(answer["is_confirmed"])

    async def messages(
        self, *, handset: str = "", channel: str = "", account: str = ""
    ) -> list[dict[str, Any]]:
        """Everything accepted and everything written by people, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["id"] if found else 0
            query = {"after": str(after), "handset": handset, "channel": channel, "account": account}
            async with self._http.get(f"{self.address}/_control/messages", params=query) as response:
                response.raise_for_status()
                page = (await response.json())["messages"]
            if not page:
                return found
            found += page

    async def reply(
        self, handset: str, body: str, *, sender: str = "", media: Sequence[str] = (), **mail: Any
    ) -> None:
        """Write from a handset or mailbox, to whom it heard from last when no `sender` is named.

        `media` are the content types of pictures and the like beside the text; `mail` may hold `subject`,
        `headers` and `is_raw`.
        """
        order = {"handset": handset, "body": body, "sender": sender, "media": list(media), **mail}
        await self._post("replies", order)

    async def form(self, provider_id: str) -> bytes:
        """What Inbound Parse posts of a mail that a person wrote."""
        async with self._http.get(f"{self.address}/_control/forms", params={"id": provider_id}) as response:
            response.raise_for_status()
            return await response.read()

    async def calls(self, *, are_over: bool = False) -> list[dict[str, Any]]:
        """The calls that ring or go on now, or the last ones that are over; the oldest first."""
        async with self._http.get(f"{self.address}/_control/calls") as response:
            response.raise_for_status()
            found: list[dict[str, Any]] = (await response.json())["over" if are_over else "calls"]
            return found

    async def act_on_call(self, call_id: str, do: str, key: str = "") -> None:
        """Take, decline or leave a call to voicemail, press a key in it, or hang up."""
        await self._post(f"calls/{call_id}", {"do": do, "key": key})

    async def plan_calls(self, handset: str, *, deed: str = "taken", keys: str = "") -> None:
        """Say what the phone does by itself from now on when it rings (see Deed); keys one at a time."""
        await self._post("call-plans", {"handset": handset, "deed": deed, "keys": keys})

    async def ask_fault(
        self, provider: str, answer: Answer, *, seconds: float = 3600, count: int = 1_000_000
    ) -> None:
        """Have `provider` (twilio, sendgrid, ses, meta) answer the next `count` requests to send that way.

        With sendgrid_lists, those to take somebody off a list of SendGrid's.
        """
        order = {"provider": provider, "answer": answer.value, "seconds": seconds, "count": count}
        await self._post("faults", order)

    async def clear_faults(self) -> None:
        """Have all providers answer as usual again."""
        await self._delete("faults")

    async def clear_messages(self) -> None:
        """Forget all messages, handsets and opt-outs."""
        await self._delete("messages")

    async def _post(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        async with self._http.post(f"{self.address}/_control/{path}", json=order) as response:
            if not response.ok:
                raise ValueError(await response.text())
            made: dict[str, Any] = await response.json() if response.status != 204 else {}
            return made

    async def _delete(self, path: str) -> None:
        async with self._http.delete(f"{self.address}/_control/{path}") as response:
            response.raise_for_status()


@asynccontextmanager
async def simulator_client(address: str) -> AsyncIterator[SimulatorClient]:
    """A client with connections of its own."""
    async with aiohttp.ClientSession() as http:
        yield SimulatorClient(address, http)
