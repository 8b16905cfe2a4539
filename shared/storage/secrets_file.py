"""Credentials in one JSON file on this machine, outside the repository and readable by its owner alone.

{"<company id>": {"<sender id>": [{"version": "1", "added_at": "2026-11-23T17:00:00Z", "fields": {…}}, …]}}

with the newest value first. A person may write just the fields where the list stands.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from shared.storage.secrets import LiveValue, SecretsUnavailable

PRIVATE = 0o600
_OTHERS = 0o077  # any right of group or world


class _Kept(msgspec.Struct, frozen=True):
    """One value in the file."""

    version: str
    added_at: datetime | None
    fields: dict[str, str]

    def __repr__(self) -> str:  # msgspec would show the fields
        return f"_Kept({self.version!r})"


_Senders = dict[str, list[_Kept]]
_Companies = dict[str, _Senders]


class SecretsFile:
    """Credentials by company and sender, read anew when the file changes and replaced as a whole."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._read_state: tuple[int, ...] | None = None
        self._all: _Companies = {}

    async def values(self, company_id: str, sender_id: str, *, fresh: bool = False) -> Sequence[LiveValue]:
        """The sender's live values, the newest first. The file is looked at every time."""
        self._refresh()
        kept = self._all.get(company_id, {}).get(sender_id, [])
        return [LiveValue(version=one.version, added_at=one.added_at, fields=one.fields) for one in kept]

    async def add(self, company_id: str, sender_id: str, fields: Mapping[str, str], now: datetime) -> None:
        """Add a value before those that are live."""

        def added(kept: list[_Kept]) -> list[_Kept]:
            last = max((int(one.version) for one in kept), default=0)
            return [_Kept(str(last + 1), now, dict(fields)), *kept]

        self._change(company_id, sender_id, added)

    async def end(self, company_id: str, sender_id: str, version: str) -> None:
        """Take one value out."""
        self._change(company_id, sender_id, lambda kept: [one for one in kept if one.version != version])

    async def delete(self, company_id: str, sender_id: str) -> None:
        """Take all values out."""
        self._change(company_id, sender_id, lambda _: [])

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
            state = (found.st_ino, found.st_mtime_ns, found.st_size)
            if found.st_mode & _OTHERS:
                raise SecretsUnavailable(
                    f"{self._path} holds secrets, but others may read or write it: chmod 600 {self._path}"
                )
            if state != self._read_state:
                self._all = _parse(self._path.read_bytes())
                self._read_state = state
        except FileNotFoundError:
            self._all, self._read_state = {}, None
        except OSError as error:
            raise SecretsUnavailable(f"{self._path} cannot be read ({error.strerror}).") from None
        except msgspec.DecodeError:  # without its text, which may quote the file
            raise SecretsUnavailable(
                f"{self._path} does not have the form that shared/storage/secrets_file.py describes."
            ) from None

    def _change(self, company_id: str, sender_id: str, changed: Callable[[list[_Kept]], list[_Kept]]) -> None:
        try:
            with self._locked():
                self._refresh()
                senders = self._all.get(company_id, {})
                senders = senders | {sender_id: changed(senders.get(sender_id, []))}
                kept = {name: values for name, values in senders.items() if values}
                self._replace(self._all | {company_id: kept})
        except OSError as error:
            raise SecretsUnavailable(f"{self._path} cannot be written ({error.strerror}).") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Other processes that change the file wait: each would lose what the other wrote."""
        descriptor = os.open(self._path.with_name(self._path.name + ".lock"), os.O_CREAT | os.O_RDWR, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _replace(self, companies: _Companies) -> None:
        """The whole file or the one before, never a part: readers, and a crash, see one of the two."""
        descriptor, name = tempfile.mkstemp(prefix=self._path.name, dir=self._path.parent)  # with mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(companies), indent=1))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path)
        except BaseException:
            os.unlink(name)
            raise


def _parse(content: bytes) -> _Companies:
    """The file's content, with just fields as a single value. Raises msgspec.DecodeError."""
    found = msgspec.json.decode(content, type=dict[str, dict[str, list[_Kept] | dict[str, str]]])
    return {
        company_id: {
            sender_id: kept if isinstance(kept, list) else [_Kept("1", None, kept)]
            for sender_id, kept in senders.items()
            if kept
        }
        for company_id, senders in found.items()
    }
