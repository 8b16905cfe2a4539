"""Any server that speaks the published sending API can take the providers' place: base URLs are settings."""

from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import web

from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import ProgressStatus
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic
from tests.kit.providers_at import providers_at

MAIL = a_step(
    id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
)


class Elsewhere:
    """Takes texts and mails as Twilio and SendGrid do, and knows nothing else."""

    def __init__(self) -> None:
        self.address = ""
        self.texts: list[str] = []
        self.mails: list[str] = []

    async def text(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.texts.append(str(form["To"]))
        return web.json_response({"sid": f"SM{len(self.texts):032}", "status": "queued"}, status=201)

    async def mail(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.mails += [p["to"][0]["email"] for p in body["personalizations"]]
        return web.Response(status=202, headers={"X-Message-Id": "elsewhere"})


@pytest_asyncio.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """The other server, running."""
    server, app = Elsewhere(), web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", server.text)
    app.router.add_post("/v3/mail/send", server.mail)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def test_messages_go_where_the_base_urls_say(clinic: Clinic, elsewhere: Elsewhere) -> None:
    address = elsewhere.address
    clinic.runtime.settings = providers_at(clinic.runtime.settings, twilio=address, sendgrid=address)
    await clinic.load({})
    await clinic.ready(steps=(a_step(), MAIL))
    report = await clinic.report(await clinic.fire())
    assert (report.status, report.ledger.sent) == (ProgressStatus.SENT, 2)
    assert elsewhere.texts == ["+12125550187"]
    assert elsewhere.mails == ["ana@example-clinic.com"]
    assert await clinic.accepted() == []
