"""The emulators and their topics behave as production does where Rollcall relies on it."""

import asyncio
import base64
import json
from typing import Any

import aiohttp
import pytest

from infra.local.emulators import Emulators
from infra.local.pubsub_setup import set_up_pubsub
from infra.manifest import Function, read_manifest
from tests.kit.patience import PATIENCE_SECONDS


def worker(name: str, **changes: int) -> Function:
    """The manifest's upload worker under another name and with other times."""
    template = read_manifest().get("ingest_file")
    values = {field: getattr(template, field) for field in Function.__struct_fields__}
    return Function(**{**values, "name": name, **changes})


async def pulled(emulators: Emulators, name: str) -> list[dict[str, Any]]:
    """The messages of the subscription, waited for."""
    path = f"projects/{emulators.project_id}/subscriptions/{name}:pull"
    url = f"http://{emulators.pubsub}/v1/{path}"
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        aiohttp.ClientSession() as http,
        http.post(url, json={"maxMessages": 10}) as response,
    ):
        return [one["message"] for one in (await response.json())["receivedMessages"]]


async def subscription(emulators: Emulators, name: str) -> dict[str, Any]:
    url = f"http://{emulators.pubsub}/v1/projects/{emulators.project_id}/subscriptions/{name}"
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        found: dict[str, Any] = await response.json()
        return found


async def test_setting_up_twice_renews_the_times(emulators: Emulators) -> None:
    for deadline in (60, 600):
        function = worker("renewed_job", ack_deadline_seconds=deadline)
        await set_up_pubsub(emulators.pubsub, emulators.project_id, [function])
    found = await subscription(emulators, function.subscription)
    assert found["ackDeadlineSeconds"] == 600
    assert found["retryPolicy"] == {"minimumBackoff": "10s", "maximumBackoff": "600s"}
    assert found["deadLetterPolicy"]["maxDeliveryAttempts"] == function.max_delivery_attempts
    assert (await subscription(emulators, function.dead_letter_topic))["topic"].endswith("renewed-job-dead")


@pytest.mark.parametrize("way", ["signed_url", "json_media", "multipart", "resumable"])
async def test_every_upload_is_announced_as_cloud_storage_does(emulators: Emulators, way: str) -> None:
    function = read_manifest().get("ingest_file")
    await set_up_pubsub(emulators.pubsub, emulators.project_id, [function])
    name = f"companies/c-1/uploads/{way} ü.csv"
    async with aiohttp.ClientSession() as http:
        await UPLOADS[way](http, emulators.storage, name)
    [job] = await pulled(emulators, function.subscription)
    resource = json.loads(base64.b64decode(job["data"]))
    assert (resource["bucket"], resource["name"], resource["size"]) == ("uploads", name, "3")
    assert job["attributes"]["eventType"] == "OBJECT_FINALIZE"
    assert job["attributes"]["payloadFormat"] == "JSON_API_V1"
    assert job["attributes"]["bucketId"] == "uploads"
    assert job["attributes"]["objectId"] == name
    assert job["attributes"]["objectGeneration"] == resource["generation"]


async def _signed_url(http: aiohttp.ClientSession, storage: str, name: str) -> None:
    async with http.put(
        f"{storage}/uploads/{name}", data=b"a,b", params={"X-Goog-Signature": "0"}
    ) as response:
        assert response.status == 200


async def _json_media(http: aiohttp.ClientSession, storage: str, name: str) -> None:
    query = {"uploadType": "media", "name": name}
    url = f"{storage}/upload/storage/v1/b/uploads/o"
    async with http.post(url, data=b"a,b", params=query, headers={"Content-Type": "text/csv"}) as response:
        assert response.status == 200


async def _multipart(http: aiohttp.ClientSession, storage: str, name: str) -> None:
    meta = json.dumps({"name": name})
    sections = (f"Content-Type: application/json\r\n\r\n{meta}", "Content-Type: text/csv\r\n\r\na,b")
    parts = "".join(f"--x\r\n{section}\r\n" for section in sections) + "--x--"
    headers = {"Content-Type": "multipart/related; boundary=x"}
    url = f"{storage}/upload/storage/v1/b/uploads/o?uploadType=multipart"
    async with http.post(url, data=parts.encode(), headers=headers) as response:
        assert response.status == 200


async def _resumable(http: aiohttp.ClientSession, storage: str, name: str) -> None:
    url = f"{storage}/upload/storage/v1/b/uploads/o?uploadType=resumable"
    async with http.post(url, json={"name": name}) as response:
        location = response.headers["Location"]
    for part, data in (("bytes 0-1/3", b"a,"), ("bytes 2-2/3", b"b")):
        async with http.put(location, data=data, headers={"Content-Range": part}) as response:
            assert response.status in (200, 308)


UPLOADS = {
    "signed_url": _signed_url,
    "json_media": _json_media,
    "multipart": _multipart,
    "resumable": _resumable,
}


@pytest.mark.parametrize(("body", "content_type"), [(b"", "text/csv"), (b'[{"a": 1}]', "application/json")])
async def test_whatever_is_put_comes_back(emulators: Emulators, body: bytes, content_type: str) -> None:
    url = f"{emulators.storage}/uploads/companies/c-1/uploads/put"
    async with aiohttp.ClientSession() as http:
        async with http.put(url, data=body, headers={"Content-Type": content_type}) as response:
            assert response.status == 200
        async with http.get(url) as response:
            assert await response.read() == body


async def test_what_must_be_the_first_is_refused_as_cloud_storage_does_once_one_is_there(
    emulators: Emulators,
) -> None:
    url, headers = (
        f"{emulators.storage}/uploads/companies/c-1/uploads/once ü",
        {"x-goog-if-generation-match": "0"},
    )
    async with aiohttp.ClientSession() as http:
        for body, status in ((b"a,b", 200), (b"a,b", 412), (b"c" * 300_000, 412)):
            async with http.put(url, data=body, headers=headers) as response:
                assert response.status == status
        async with http.get(url) as response:
            assert await response.read() == b"a,b"


async def test_a_page_of_another_origin_may_upload(emulators: Emulators) -> None:
    headers = {
        "Origin": "http://127.0.0.1:8001",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    url = f"{emulators.storage}/uploads/companies/c-1/uploads/f-1"
    async with aiohttp.ClientSession() as http, http.options(url, headers=headers) as response:
        assert response.ok
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "PUT" in response.headers["Access-Control-Allow-Methods"]


async def test_an_idle_connection_holds_up_nobody(emulators: Emulators) -> None:
    host, port = emulators.storage.removeprefix("http://").split(":")
    _, idle = await asyncio.open_connection(host, int(port))  # browsers open some ahead of need
    try:
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            aiohttp.ClientSession() as http,
            http.get(emulators.storage) as response,
        ):
            assert response.status == 200
    finally:
        idle.close()
        await idle.wait_closed()
