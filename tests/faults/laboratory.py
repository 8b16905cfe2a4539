"""The stack under test: functions as processes, official emulators behind proxies, provider simulators."""

import base64
import json
import os
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import yaml
from msgspec import Struct

from infra.local.mail_host.client import MailHostClient, mail_host_client
from infra.local.simulator.client import SimulatorClient, base_urls, simulator_client
from infra.local.simulator.faults import Delays
from infra.local.stack import PROJECT_ID, UPLOAD_BUCKET, Stack, StackOptions
from infra.manifest import MANIFEST_PATH
from shared.providers.kit import http
from shared.runtime import Runtime
from shared.settings import Settings
from shared.storage.secrets_file import SecretsFile
from tests.faults.account import CALLS_SENDER, TEXTS_SENDER, Account
from tests.faults.grpc_proxy import GrpcProxy
from tests.faults.orders import Orders
from tests.kit.builders import an_email_sender

REPOSITORY = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 8.0  # a busy machine needs a second or two for what is done in a tenth
INSTANCES = {"send_batch": 4, "queue_messages": 2}


class Times(Struct, frozen=True, kw_only=True):
    """How long things take here, in seconds: short, so that nobody waits; they nest as in production."""

    provider: float = 1
    function: float = 6
    lease: float = LEASE_SECONDS
    tick: int = 1

    def settings(self) -> dict[str, str]:
        """As the functions read them."""
        return {
            "ROLLCALL_PROVIDER_TIMEOUT_SECONDS": str(self.provider),
            "ROLLCALL_FUNCTION_TIMEOUT_SECONDS": str(self.function),
            "ROLLCALL_LEASE_SECONDS": str(self.lease),
            "ROLLCALL_ACK_DEADLINE_SECONDS": str(2 * self.lease),
            "ROLLCALL_TICK_INTERVAL_SECONDS": str(self.tick),
        }


class Laboratory(Struct, frozen=True, kw_only=True):
    """What a trial needs: the stack, ways to disturb it, and our own undisturbed access to everything."""

    stack: Stack
    runtime: Runtime
    simulator: SimulatorClient
    mail_host: MailHostClient
    orders: Orders
    firestore: GrpcProxy
    pubsub: GrpcProxy
    http: aiohttp.ClientSession

    async def push(self, function: str, job: Mapping[str, object], *, message_id: str = "") -> int:
        """Deliver a job as Pub/Sub pushes it; the status answered, 0 for none."""
        data = base64.b64encode(json.dumps(job).encode()).decode()
        envelope = {"message": {"data": data, "messageId": message_id or str(random.random())}}  # noqa: S311
        token = self.stack.settings_env["ROLLCALL_CALLER_TOKEN"]
        try:
            async with self.http.post(
                f"{self.stack.hosts[function].address}/?token={token}", json=envelope
            ) as response:
                return response.status
        except aiohttp.ClientError:
            return 0

    async def open_accounts(self, by_ses: Sequence[bool]) -> list[Account]:
        """Accounts for so many companies, their credentials stored before any function reads them.

        Of each it is said whether its mails go out by Amazon SES.
        """
        public_url = self.stack.settings_env["ROLLCALL_PUBLIC_URL"]
        accounts: list[Account] = []
        secrets = SecretsFile(self.stack.settings_env["ROLLCALL_SECRETS"])
        now = datetime.now(UTC)
        for place, is_by_ses in enumerate(by_ses):
            company, number = f"company{place}", f"+1646555{place:04}"
            twilio = await self.simulator.add_account()
            where = f"?company={company}&sender="
            incoming = f"{public_url}/messages/incoming{where}texts"
            await self.simulator.add_number(twilio, number, webhook_url=incoming)
            chats = f"{public_url}/messages/incoming{where}chats"
            await self.simulator.add_number(twilio, f"whatsapp:{number}", webhook_url=chats)
            sendgrid = await self.simulator.add_key(event_url=f"{public_url}/messages/events{where}mails")
            page = await self.simulator.add_meta_account(
                f"messenger:1112223330{place:04}", webhook_url=f"{public_url}/messages/meta{where}pages"
            )
            account = Account(
                company_id=company,
                twilio=twilio,
                sendgrid=sendgrid,
                number=number,
                incoming_url=incoming,
                page=page,
                ses=await self._ses_account(f"{public_url}/messages/ses{where}mails") if is_by_ses else None,
            )
            accounts.append(account)
            texts = {"account_sid": twilio.sid, "auth_token": twilio.token}
            for sender in (TEXTS_SENDER, CALLS_SENDER, "chats"):
                await secrets.add(company, sender, texts, now)
            await secrets.add(company, "pages", page.fields, now)
            mails = {"api_key": sendgrid.key, "webhook_public_key": sendgrid.verification_key}
            await secrets.add(company, "mails", account.ses or mails, now)
        return accounts

    async def _ses_account(self, event_url: str) -> dict[str, str]:
        domain = an_email_sender().address.partition("@")[2]
        return await self.simulator.add_ses_account(identities=[domain], event_url=event_url)


USUAL = Times()


@asynccontextmanager
async def open_laboratory(
    directory: Path, *, without: str = "", times: Times = USUAL
) -> AsyncIterator[Laboratory]:
    """Everything started and ticking; `without` names a guard to take out of the functions."""
    orders = Orders(directory / "orders")
    orders.open()
    async with AsyncExitStack() as opened:
        firestore = await opened.enter_async_context(GrpcProxy())
        pubsub = await opened.enter_async_context(GrpcProxy())
        settings = {
            **times.settings(),
            "PYTHONPATH": str(REPOSITORY),
            "CHAOS_ORDERS": str(directory / "orders"),
            "CHAOS_WITHOUT": without,
            "FIRESTORE_EMULATOR_HOST": firestore.address,
            "PUBSUB_EMULATOR_HOST": pubsub.address,
        }
        options = StackOptions(
            source=Path(__file__).with_name("functions_under_test.py"),
            manifest=_manifest(directory),
            root=directory / "stack",
            usual_ports=False,
            tick_seconds=times.tick,
            instances=INSTANCES,
            settings=settings,
            simulator_delays=Delays(receipt=0.05, slow=0.5, timeout=5, ring=0.2, speech=0),
        )
        stack = Stack(options, say=_quiet)
        await opened.enter_async_context(stack)
        firestore.target, pubsub.target = stack.addresses.firestore, stack.addresses.pubsub
        os.environ["FIRESTORE_EMULATOR_HOST"] = stack.addresses.firestore
        os.environ["STORAGE_EMULATOR_HOST"] = stack.addresses.storage
        runtime = Runtime(_our_settings(stack))
        opened.push_async_callback(http.aclose)
        yield Laboratory(
            stack=stack,
            runtime=runtime,
            simulator=await opened.enter_async_context(simulator_client(stack.addresses.simulator)),
            mail_host=await opened.enter_async_context(mail_host_client(stack.addresses.mail_host)),
            orders=orders,
            firestore=firestore,
            pubsub=pubsub,
            http=await opened.enter_async_context(_new_connections()),
        )
        runtime.stores.db.close()  # type: ignore[no-untyped-call]


def _new_connections() -> aiohttp.ClientSession:
    """Each push on a connection of its own: a kept one could lead to a process that is stopped."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))


def _quiet(text: str) -> None:
    """What the stack says of its many deaths is in its logs."""


def _manifest(directory: Path) -> Path:
    """The manifest without what no trial needs. A stopped process is silent longer than ten seconds."""
    content = yaml.safe_load(MANIFEST_PATH.read_text())
    content["defaults"] |= {"ack_deadline": 60, "timeout": 60}
    content["defaults"]["retry"] = {"minimum_backoff": 1, "maximum_backoff": 10}
    for name in ("portal", "preview_campaign"):
        content["functions"].pop(name, None)
    for function in content["functions"].values():
        function.pop("timeout", None)
        if "publishes" in function:
            function["publishes"] = [name for name in function["publishes"] if name in content["functions"]]
    path = directory / "functions.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def _our_settings(stack: Stack) -> Settings:
    return Settings(
        project_id=PROJECT_ID,
        upload_bucket=UPLOAD_BUCKET,
        public_url=stack.settings_env["ROLLCALL_PUBLIC_URL"],
        signing_key="chaos",
        secrets=stack.settings_env["ROLLCALL_SECRETS"],
        provider_base_urls=base_urls(stack.addresses.simulator),
        storage_public_url=stack.addresses.storage,
        storage_emulator_host=stack.addresses.storage,
        pubsub_emulator_host=stack.addresses.pubsub,
        caller_token="chaos",
        max_upload_bytes=10**9,
    )
