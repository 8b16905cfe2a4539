"""Runs Twilio, SendGrid, Amazon SES, Meta, the control interface and the phone page on one port."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from infra.local.ports import HOST
from infra.local.simulator import phone_page
from infra.local.simulator.call_life import Calls
from infra.local.simulator.callbacks import Webhooks
from infra.local.simulator.control import Control
from infra.local.simulator.control_calls import CallControl
from infra.local.simulator.control_channels import ChannelControl
from infra.local.simulator.control_faults import FaultControl
from infra.local.simulator.control_keys import KeyControl
from infra.local.simulator.control_meta import MetaControl
from infra.local.simulator.control_services import ServiceControl
from infra.local.simulator.control_ses import SesControl
from infra.local.simulator.faults import Delays, Faults
from infra.local.simulator.meta import MetaApi
from infra.local.simulator.meta_accounts import MetaRefusal
from infra.local.simulator.receipts import ReceiptSender
from infra.local.simulator.sendgrid import SendGridApi, SendGridRefusal
from infra.local.simulator.ses import SesApi, SesRefusal
from infra.local.simulator.store import Store
from infra.local.simulator.twilio import TwilioApi
from infra.local.simulator.twilio_calls import TwilioCallsApi
from infra.local.simulator.twilio_channels import TwilioChannelsApi
from infra.local.simulator.twilio_contents import TwilioContentsApi
from infra.local.simulator.twilio_refusal import TwilioRefusal
from infra.local.simulator.twilio_services import TwilioServicesApi

BODY_LIMIT = 32 * 1024 * 1024  # SendGrid takes 30 MB
SHUTDOWN_SECONDS = 1
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running_simulator(
    state: Path, *, port: int = 0, delays: Delays | None = None, clock: Callable[[], float] = time.time
) -> AsyncIterator[str]:
    """The simulators on `port` (0: any free one), with their state in the file `state`; gives their URL.

    `clock` gives the Unix time that messages are accepted, sent and told of at.
    """
    delays, faults = delays or Delays(), Faults()
    store, webhooks = Store(state, clock), Webhooks(clock)
    receipts, calls = ReceiptSender(store, webhooks, delays), Calls(store, webhooks, delays)
    app = web.Application(middlewares=[_say_refusals], client_max_size=BODY_LIMIT)
    app.add_routes(TwilioApi(store, receipts, faults, delays).routes())
    app.add_routes(TwilioServicesApi(store).routes())
    app.add_routes(TwilioCallsApi(store, calls, faults, delays).routes())
    app.add_routes(TwilioChannelsApi(store).routes())
    app.add_routes(TwilioContentsApi(store).routes())
    app.add_routes(SendGridApi(store, receipts, faults, delays).routes())
    app.add_routes(Control(store, receipts).routes())
    app.add_routes(FaultControl(faults).routes())
    app.add_routes(ServiceControl(store).routes() + KeyControl(store).routes())
    app.add_routes(SesApi(store, receipts, faults, delays).routes() + SesControl(store, webhooks).routes())
    app.add_routes(CallControl(calls).routes())
    app.add_routes(ChannelControl(store).routes())
    app.add_routes(MetaApi(store, receipts, faults, delays).routes())
    app.add_routes(MetaControl(store, webhooks, receipts.meta).routes())
    app.add_routes(phone_page.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        receipts.resume()
        calls.resume()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        await calls.close()
        await receipts.close()
        await webhooks.close()
        await store.close()


@web.middleware
async def _say_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (TwilioRefusal, SendGridRefusal, SesRefusal, MetaRefusal) as refusal:
        return refusal.response()
