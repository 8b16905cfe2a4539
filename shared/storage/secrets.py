"""Provider credentials, from one JSON file: locally outside the repository, in the cloud a mounted secret.

{"<company id>": {"<sender id>": {"account_sid": "...", "auth_token": "..."}}}
"""

import json
from pathlib import Path


class CredentialsMissing(Exception):
    """There are no credentials for this sender; its messages cannot be sent or verified."""


class Secrets:
    """Credentials by company and sender, read anew when the file changes."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._read_at = -1.0
        self._all: dict[str, dict[str, dict[str, str]]] = {}

    def credentials(self, company_id: str, sender_id: str) -> dict[str, str]:
        """One sender's credentials. Raises CredentialsMissing."""
        self._refresh()
        found = self._all.get(company_id, {}).get(sender_id)
        if not found:
            raise CredentialsMissing(f"There are no credentials for sender {sender_id!r}.")
        return found

    def _refresh(self) -> None:
        try:
            changed_at = self._path.stat().st_mtime
        except FileNotFoundError:
            self._all = {}
            return
        if changed_at != self._read_at:
            self._all = json.loads(self._path.read_text())
            self._read_at = changed_at

    def forget(self, company_id: str) -> int:
        """Delete all credentials of a company; of how many senders."""
        self._refresh()
        found = self._all.pop(company_id, {})
        if found:
            self._path.write_text(json.dumps(self._all, indent=1))
        return len(found)

    def store(self, company_id: str, sender_id: str, credentials: dict[str, str]) -> None:
        """Write one sender's credentials, replacing those it had. For ops on one machine."""
        self._refresh()
        self._all.setdefault(company_id, {})[sender_id] = credentials
        self._path.touch(mode=0o600)
        self._path.write_text(json.dumps(self._all, indent=1))
