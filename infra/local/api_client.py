"""A small client of our own REST API, as a company's developers would write one."""

from typing import Any
from uuid import uuid4

import aiohttp

from infra.local.waiting import STILL_SECONDS, NoProgress, Say, wait_while_moving

Json = dict[str, Any]


class ApiRefusal(Exception):
    """The API answered with a problem document; the text says what and where."""


class ApiClient:
    """The API at `address`, acting with `key`."""

    def __init__(self, address: str, key: str, http: aiohttp.ClientSession) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {key}"}
        self._http = http

    async def get(self, path: str, **query: str) -> Json:
        """Read something. Raises ApiRefusal."""
        return await self._call("GET", path, params=query)

    async def post(self, path: str, body: object = None) -> Json:
        """Make or do something, once: sent again, it would change nothing. Raises ApiRefusal."""
        return await self._call("POST", path, json=body if body is not None else {})

    async def put(self, path: str, body: object) -> Json:
        """Set something. Raises ApiRefusal."""
        return await self._call("PUT", path, json=body)

    async def patch(self, path: str, body: object) -> Json:
        """Change something. Raises ApiRefusal."""
        return await self._call("PATCH", path, json=body)

    async def delete(self, path: str) -> Json:
        """Take something back. Raises ApiRefusal."""
        return await self._call("DELETE", path)

    async def put_file(self, link: Json, content: bytes) -> None:
        """Upload a file to where POST /v1/files said."""
        async with self._http.put(link["url"], data=content, headers=link["headers"]) as response:
            response.raise_for_status()

    async def _call(self, method: str, path: str, **options: Any) -> Json:
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        url = f"{self._address}/v1{path}"
        try:
            async with self._http.request(method, url, headers=headers, **options) as response:
                answer: Json = await response.json(content_type=None)
        except TimeoutError as error:
            raise NoProgress(f"{method} {path} was not answered in time.") from error
        if not response.ok:
            raise ApiRefusal(f"{method} {path}: {answer.get('detail')} {answer.get('errors', '')}")
        return answer

    async def wait_for(
        self, path: str, field: str, *values: object, seconds: float = STILL_SECONDS, say: Say = print
    ) -> Json:
        """Read `path` until `field` has one of `values`.

        Raises NoProgress when the answer has not changed for so many seconds.
        """
        what = f"GET {path} to say that its {field} is {' or '.join(map(str, values))}"
        return await wait_while_moving(
            what,
            lambda: self.get(path),
            lambda found: found[field] in values,
            say=say,
            still_seconds=seconds,
        )
