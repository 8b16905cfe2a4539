"""The control interface's part on Amazon SES: accounts, and the topic that their events go to."""

import json
import secrets

import msgspec
from aiohttp import web

from infra.local.simulator.callbacks import Webhooks
from infra.local.simulator.orders import read_order
from infra.local.simulator.ses_life import new_certificate, notification
from infra.local.simulator.store import Store, insert


class NewSesAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account, which identities are verified, and where its topic's notifications go."""

    event_url: str = ""
    identities: list[str] = msgspec.field(default_factory=list)
    region: str = "us-east-1"
    sending_enabled: bool = True
    is_shut_down: bool = False
    in_sandbox: bool = False
    quota: float = 50_000.0
    rate: float = 500.0


class SesControl:
    """The handlers."""

    def __init__(self, store: Store, webhooks: Webhooks) -> None:
        self._store, self._webhooks = store, webhooks

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.post("/_control/ses-accounts", self.add_account),
            web.post("/_control/ses-subscriptions", self.subscribe),
        ]

    async def add_account(self, request: web.Request) -> web.StreamResponse:
        """Make an account. It tells its events once the subscription is confirmed."""
        order = await read_order(request, NewSesAccount)
        key_id = f"AKIA{secrets.token_hex(8).upper()}"
        private, certificate = new_certificate(self._store.now())
        topic_arn = f"arn:aws:sns:{order.region}:123456789012:{key_id}"
        secret = secrets.token_urlsafe(30)
        await self._store.write(
            insert(
                "ses_accounts",
                key_id=key_id,
                secret=secret,
                region=order.region,
                identities=json.dumps([one.lower() for one in order.identities]),
                sending_enabled=order.sending_enabled,
                is_shut_down=order.is_shut_down,
                in_sandbox=order.in_sandbox,
                quota=order.quota,
                rate=order.rate,
                topic_arn=topic_arn,
                event_url=order.event_url,
                signing_key=private,
                certificate=certificate,
                certificate_path=f"/SimpleNotificationService-{secrets.token_hex(16)}.pem",
                base_url=f"{request.scheme}://{request.host}",
                token=secrets.token_hex(16),
                is_confirmed=False,
            )
        )
        content = {
            "access_key_id": key_id,
            "secret_access_key": secret,
            "region": order.region,
            "topic_arn": topic_arn,
        }
        return web.json_response(content, status=201)

    async def subscribe(self, request: web.Request) -> web.StreamResponse:
        """Post to an account's address that it was subscribed, as SNS does; whether it was confirmed."""
        key_id = (await request.json())["access_key_id"]
        account = self._store.row("SELECT * FROM ses_accounts WHERE key_id = ?", key_id)
        if account is None:
            raise web.HTTPNotFound
        url = f"{account['base_url']}/_sns/?Action=ConfirmSubscription&Token={account['token']}"
        post = notification(
            dict(account),
            account["base_url"],
            self._store.now(),
            Type="SubscriptionConfirmation",
            Message="You have chosen to subscribe to the topic.",
            Token=account["token"],
            SubscribeURL=url,
        )
        status = await self._webhooks.post_notification(account["event_url"], post)
        found = self._store.row("SELECT is_confirmed FROM ses_accounts WHERE key_id = ?", key_id)
        is_confirmed = bool(found["is_confirmed"]) if found is not None else False
        return web.json_response({"status": status, "is_confirmed": is_confirmed}, status=201)
