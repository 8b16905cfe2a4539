"""Bootstrapping a company from the command line, and the API as the functions framework serves it."""

import asyncio
import json
import os
from pathlib import Path

import httpx
import pytest
from functions_framework.aio import create_asgi_app

from functions.api import api as api_module
from functions.process import current_runtime
from infra.ops.__main__ import main
from tests.kit.api.office import Office, assert_problem

ROOT = Path(__file__).parents[2]


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    made: dict[str, str] = json.loads(capsys.readouterr().out)
    return made


async def _run(*arguments: str) -> int:
    current_runtime.cache_clear()  # each command is a process of its own
    return await asyncio.to_thread(main, arguments)


async def test_a_company_is_bootstrapped(
    environment: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = ("--time-zone", "Europe/Berlin", "--region", "DE")
    assert await _run("create-company", "--name", "Initech", *place) == 0
    company = _json(capsys)["company_id"]
    assert await _run("create-api-key", "--company", company, "--scopes", "read, write") == 0
    made = _json(capsys)
    answer = await environment.get("/v1/company", key=made["key"])
    assert answer.json()["time_zone"] == "Europe/Berlin"
    assert_problem(await environment.get("/v1/api-keys", key=made["key"]), 403)

    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps({"account_sid": "AC" + 32 * "1", "auth_token": "hush"}))
    sender = ("--channel", "sms", "--provider", "twilio", "--address", "+12125550100", "--rate", "10")
    where = ("--company", company, "--credentials-file", str(credentials))
    assert await _run("add-sender", *sender, *where) == 0
    added = _json(capsys)["sender_id"]
    listed = (await environment.get("/v1/senders", key=made["key"])).json()["items"]
    assert [(item["id"], item["rate_per_second"]) for item in listed] == [(added, 10.0)]
    [value] = await environment.runtime.secrets.values(company, added)
    assert value.fields["auth_token"] == "hush"


async def test_credentials_are_rotated_and_never_printed(
    environment: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_TWILIO_BASE_URL", environment.simulator.address)
    account, new = environment.account, "0123456789abcdef" * 2
    where = ("--company", "acme", "--sender", "sender-acme")
    path = tmp_path / "new.json"
    path.write_text(json.dumps({"account_sid": account.sid, "auth_token": new}))
    printed = ""

    async def run(action: str, *more: str) -> tuple[int, int]:
        nonlocal printed
        code = await _run("credentials", action, *where, *more)
        said = capsys.readouterr()
        printed += said.out + said.err
        return code, json.loads(said.out)["live_count"] if code == 0 else -1

    assert await run("set", "--credentials-file", str(path)) == (1, -1)
    assert "does not accept" in printed
    assert await run("set", "--credentials-file", str(path), "--unverified") == (0, 2)
    assert await run("withdraw-new") == (0, 1)
    assert await run("withdraw-new") == (1, -1)
    await environment.simulator.add_account(sid=account.sid, token=account.token, secondary=new)
    assert await run("set", "--credentials-file", str(path)) == (0, 2)
    assert await run("show") == (0, 2)
    assert await run("retire-old") == (0, 1)
    [value] = await environment.runtime.secrets.values("acme", "sender-acme")
    assert value.fields["auth_token"] == new
    assert await run("remove") == (0, 0)
    assert await environment.runtime.secrets.values("acme", "sender-acme") == []
    assert not any(secret in printed for secret in (new, account.token, account.sid))


async def test_secrets_that_others_may_read_are_refused_in_one_line(
    environment: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chmod(environment.runtime.settings.secrets, 0o644)
    assert await _run("credentials", "show", "--company", "acme", "--sender", "sender-acme") == 1
    error = capsys.readouterr().err
    assert "chmod 600" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("create-company --name X --time-zone EST5 --region US", "time_zone: "),
        ("create-company --name X --time-zone UTC --region usa", "default_region: "),
        ("create-api-key --company nobody --scopes read", "no company 'nobody'"),
        ("create-api-key --company acme --scopes everything", "scopes: must be of: read, write"),
        ("create-api-key --company acme --scopes read --expires-in-days -1", "expires_at: is over"),
        (
            "add-sender --company acme --channel sms --provider sendgrid --address +12125550100 {}",
            "provider: ",
        ),
        ("add-sender --company acme --channel sms --provider twilio --address 2125550100 {}", "address: "),
        (
            "add-sender --company acme --channel sms --provider twilio --address +12125550100 --rate 0 {}",
            "rate: ",
        ),
        (
            "add-sender --company acme --channel email --provider sendgrid --address a@acme-clinics.com {}",
            "credentials.api_key: is required",
        ),
        (
            "add-sender --company acme --channel sms --provider twilio --address +12125550100 "
            "--credentials-file nowhere",
            "credentials-file: cannot be read",
        ),
    ],
)
async def test_a_wrong_command_says_so_in_one_line(
    environment: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: str, reason: str
) -> None:
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps({"account_sid": "AC" + 32 * "1", "auth_token": "hush"}))
    assert await _run(*arguments.format(f"--credentials-file {credentials}").split()) == 1
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1
    assert "hush" not in error


async def test_missing_settings_are_named(
    environment: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROLLCALL_SIGNING_KEY")
    assert await _run(*["create-company", "--name", "X", "--time-zone", "UTC", "--region", "US"]) == 1
    assert "ROLLCALL_SIGNING_KEY is missing" in capsys.readouterr().err


async def test_the_framework_serves_the_whole_api(environment: Office) -> None:
    """Sub-paths, methods, bodies and problems pass through functions-framework unchanged."""
    api_module._app.cache_clear()
    app = create_asgi_app("api", str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://api.test"
    ) as client:
        client.headers["Authorization"] = f"Bearer {environment.keys['acme']}"
        assert (await client.get("/v1/company")).json()["id"] == "acme"
        template = {"name": "Reminder", "channel": "sms", "body": "Hello {{ name }}"}
        made = await client.post("/v1/templates", json=template)
        assert made.status_code == 201
        path = made.headers["location"]
        assert (await client.patch(path, json={"name": "Notice"})).json()["name"] == "Notice"
        assert_problem(await client.get("/v1/nothing"), 404)
        assert_problem(await client.put("/v1/templates"), 405)
        document = (await client.get("/v1/openapi.json")).json()
        assert document["openapi"].startswith("3.")
    runtime = current_runtime()
    runtime.stores.db.close()  # type: ignore[no-untyped-call]
    api_module._app.cache_clear()
