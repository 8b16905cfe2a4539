"""During a deploy an older instance meets documents of a newer version: whoever asked is to ask again."""

import base64
import json
from pathlib import Path

import httpx
from functions_framework.aio import create_asgi_app

from tests.kit.api.office import Office, assert_problem

ROOT = Path(__file__).parents[2]
JOB = {"company_id": "acme", "batch_id": "newer"}


async def _call(name: str, body: object) -> httpx.Response:
    app = create_asgi_app(name, str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as http:
        return await http.post("/?token=caller-token", json=body)


async def test_a_worker_asks_for_another_delivery(environment: Office) -> None:
    batches = environment.stores.batches
    await batches.ref("acme", "newer").set({"schema": 99, "state": "dispatched"})
    data = base64.b64encode(json.dumps(JOB).encode()).decode()
    assert (await _call("send_batch", {"message": {"data": data}})).status_code == 503
    assert (await batches.ref("acme", "newer").get()).to_dict() == {"schema": 99, "state": "dispatched"}


async def test_a_tick_gives_itself_back(environment: Office) -> None:
    due = {"schema": 99, "state": "waiting", "planned_start": environment.runtime.now()}
    await environment.stores.batches.ref("acme", "newer").set(due)
    assert (await _call("dispatch_due_batches", {})).status_code == 503


async def test_the_api_says_that_asking_again_helps(office: Office) -> None:
    await office.stores.templates.ref("acme", "newer").set({"schema": 99, "text": "of another shape"})
    answer = await office.get("/v1/templates/newer")
    assert_problem(answer, 503)
    assert answer.headers["retry-after"]
