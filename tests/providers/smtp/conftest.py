"""A real mail server (aiosmtpd) in a process of its own, and a mailbox there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import Struct

from infra.local.mail_host.client import MailHostClient, mail_host_client
from infra.local.mail_host.running import running_mail_host
from shared.providers.smtp.credentials import SmtpCredentials

DESK = "desk@north-clinic.com"


class PostOffice(Struct, frozen=True, kw_only=True):
    """The server, where it is, and the mailbox's credentials."""

    host: MailHostClient
    base_url: str
    credentials: SmtpCredentials


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def post_office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PostOffice]:
    directory: Path = tmp_path_factory.mktemp("mail-host")
    async with running_mail_host(directory) as running, mail_host_client(running.address) as host:
        credentials = SmtpCredentials(**await host.add_mailbox(DESK))
        yield PostOffice(host=host, base_url=running.base_url, credentials=credentials)


@pytest.fixture(autouse=True)
def passing_time() -> None:
    """Time goes as it goes: the server is another process."""
