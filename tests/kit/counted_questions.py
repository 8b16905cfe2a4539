"""Counts what is asked of Firestore: requests, not documents. It stands before the client's own methods."""

from collections import Counter
from typing import Any

from google.cloud.firestore import AsyncClient


class _Counted:
    """The client's API; each of its methods counts its calls under its name."""

    def __init__(self, api: Any, asked: Counter[str]) -> None:
        self._api, self._asked = api, asked

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._api, name)
        if not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            self._asked[name] += 1
            return found(*args, **options)

        return call


def count_questions(db: AsyncClient) -> Counter[str]:
    """The requests of this client from now on, by method: batch_get_documents, run_query and so on."""
    asked = Counter[str]()
    client: Any = db
    client._firestore_api_internal = _Counted(client._firestore_api, asked)
    return asked
