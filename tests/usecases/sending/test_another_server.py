"""Any server that speaks the published sending API can take the providers' place: base URLs are settings."""

from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import web

from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import ProgressStatus
from tests.kit.builders import a_page_step, a_step, a_template, an_sms_sender
from tests.kit.clinic import Clinic
from tests.kit.meta import add_meta, person, writes
from tests.kit.providers_at import providers_at

MAIL = a_step(
    id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
)


CALL = a_step(id="call", channel=Channel("voice"), template_id="call", sender_id="calls")


class Elsewhere:
    """Takes texts, calls, mails and chats as Twilio, SendGrid and Meta do, and knows nothing else."""

    def __init__(self) -> None:
        self.address = ""
        self.texts: list[str] = []
        self.mails: list[str] = []
        self.calls: list[str] = []
        self.chats: list[str] = []

    async def text(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.texts.append(str(form["To"]))
        return web.json_response({"sid": f"SM{len(self.texts):032}", "status": "queued"}, status=201)

    async def call(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.calls.append(str(form["To"]))
        return web.json_response({"sid": f"CA{len(self.calls):032}", "status": "queued"}, status=201)

    async def chat(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.chats.append(body["recipient"]["id"])
        return web.json_response({"recipient_id": body["recipient"]["id"], "message_id": "m_1"})

    async def mail(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.mails += [p["to"][0]["email"] for p in body["personalizations"]]
        return web.Response(status=202, headers={"X-Message-Id": "elsewhere"})


@pytest_asyncio.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """The other server, running."""
    server, app = Elsewhere(), web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", server.text)
    app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", server.call)
    app.router.add_post("/v3/mail/send", server.mail)
    app.router.add_post("/{version}/{account}/messages", server.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def test_messages_go_where_the_base_urls_say(clinic: Clinic, elsewhere: Elsewhere) -> None:
    address = elsewhere.address
    await add_meta(clinic)
    await writes(clinic, person())
    caller = an_sms_sender(id="calls", channel=Channel("voice"), rate_per_second=1.0)
    await clinic.stores.senders.save("acme", caller.id, caller)
    await clinic.set_credentials(caller.id, await clinic.credentials("texts"))
    spoken = a_template(id="call", channel=Channel("voice"))
    await clinic.stores.templates.save("acme", spoken.id, spoken)
    clinic.runtime.settings = providers_at(
        clinic.runtime.settings, twilio=address, sendgrid=address, meta=address
    )
    await clinic.load({"Doctor": person()})
    steps = (a_step(), MAIL, a_page_step(), CALL)
    await clinic.ready(steps=steps)
    report = await clinic.report(await clinic.fire())
    assert (report.status, report.ledger.sent) == (ProgressStatus.SENT, 4)
    assert (elsewhere.texts, elsewhere.calls) == (["+12125550187"], ["+12125550187"])
    assert elsewhere.mails == ["ana@example-clinic.com"]
    assert elsewhere.chats == [person()]
    assert await clinic.accepted() == []
