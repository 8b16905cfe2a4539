"""A mail server that answers as it is told, command by command: what no decent server says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from infra.local.mail_host.certificate import make_certificate
from infra.local.ports import HOST

CUT = b""  # no answer: the connection is gone
SLOW = b"slow "  # before an answer that comes too late
LATE_SECONDS = 2.0
USUAL = {
    "": b"220 here\r\n",  # the greeting
    "EHLO": b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    "STARTTLS": b"220 go\r\n",
    "AUTH": b"235 ok\r\n",
    "DATA": b"354 go\r\n",
    ".": b"250 ok\r\n",
}


class OddServer:
    """One that says `answers` by command, `.` for the end of a mail; what it took, and all it heard."""

    def __init__(self, answers: Mapping[str, bytes], tls: ssl.SSLContext) -> None:
        self._answers, self._tls = {**USUAL, **answers}, tls
        self.heard: list[bytes] = []
        self.mails: list[bytes] = []
        self.url = ""
        self.talks: set[asyncio.Task[None] | None] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.talks.add(asyncio.current_task())
        try:
            said = await self._say(writer, "")
            while said and (line := await reader.readline()):
                self.heard.append(line)
                command = line.split()[0].upper().decode()
                said = await self._say(writer, command)
                if command == "STARTTLS" and said.startswith(b"220"):
                    await writer.start_tls(self._tls)
                elif command == "DATA" and said.startswith(b"354"):
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                    said = await self._say(writer, ".")
                if said.startswith(b"421"):
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter, command: str) -> bytes:
        answer = self._answers.get(command, b"250 ok\r\n")
        if answer.startswith(SLOW):
            await asyncio.sleep(LATE_SECONDS)
            answer = answer.removeprefix(SLOW)
        if answer == CUT:
            writer.transport.abort()
        else:
            writer.write(answer)
            await writer.drain()
        return answer


@asynccontextmanager
async def odd_server(folder: Path, **answers: bytes) -> AsyncIterator[OddServer]:
    """The server, running; names of commands in small letters, `greeting` and `end` beside."""
    names = {"greeting": "", "end": "."}
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make_certificate(certificate, key)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    odd = OddServer({names.get(name, name.upper()): answer for name, answer in answers.items()}, tls)
    server = await asyncio.start_server(odd.talk, HOST, 0)
    async with server:
        odd.url = f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}?ca={certificate}"
        yield odd
        await asyncio.gather(*filter(None, odd.talks))
