"""Every command of the runbooks is one that works."""

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.ops.__main__ import ops_parser
from shared.domain.job import TOPICS
from tests.kit.clinic import Clinic
from tests.kit.deploy.gcloud_parser import try_commands
from tests.kit.runbooks.commands import RUNBOOKS, runbook_commands

ROOT = RUNBOOKS.parents[1]
COMMANDS = list(runbook_commands())
OPS = ("python", "-m", "infra.ops")
HEADINGS = (
    *("First deploy", "Add a company", "Rotate a Twilio token", "A campaign is stuck", "Dead letters"),
    *("A provider is down", "An opt-out complaint", "Restore"),
)


def test_every_runbook_is_there_with_commands() -> None:
    text = RUNBOOKS.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(HEADINGS)
    assert all("```sh" in part for part in text.split("\n## ")[1:])
    kinds = {command[0] for command in COMMANDS}
    assert kinds == {"gcloud", "make", "python", "eval"}


def test_gcloud_accepts_its_commands(tmp_path: Path) -> None:
    commands = [command[1:] for command in COMMANDS if command[0] == "gcloud"]
    verdicts = try_commands(commands, tmp_path)
    assert {" ".join(one.words): one.refusal for one in verdicts if one.refusal} == {}


@pytest.mark.parametrize("command", [" ".join(c) for c in COMMANDS if c[0] in ("make", "eval")])
def test_make_knows_its_targets_and_variables(command: str) -> None:
    words = command.removeprefix("eval $(").removesuffix(")").split()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words[1:]:
        name, is_variable, _ = word.partition("=")
        assert not is_variable or f"$({name})" in makefile, word
    dry = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True)  # noqa: S603, S607
    assert dry.returncode == 0, dry.stderr


async def test_the_commands_of_ops_are_followed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the order of the runbooks, with ids where these have names in capitals."""
    credentials = tmp_path / "twilio.json"
    places = {"COMPANY": "acme", "SENDER": "texts", "twilio.json": str(credentials)}
    account = await clinic.simulator.add_account()
    await clinic.simulator.add_number(account, "+12125550100")
    credentials.write_text(json.dumps({"account_sid": account.sid, "auth_token": account.token}))
    done = []
    for command in (command for command in COMMANDS if command[:3] == OPS):
        words = [places.get(word, word) for word in command[3:]]
        args = ops_parser().parse_args(words)
        if words[0] == "dead-letters":  # needs Pub/Sub's topics: see test_watch_work
            assert args.topic in (None, *TOPICS.values())
            continue
        if words[:2] == ["credentials", "withdraw-new"]:  # instead of the retiring before it
            fields = {"account_sid": "AC1", "auth_token": "wrong"}
            await clinic.runtime.secrets.add("acme", "texts", fields, clinic.runtime.now())
        monkeypatch.setattr("sys.stdin", io.StringIO("+12125550187\n"))
        answer: dict[str, Any] = await args.run(clinic.runtime, args)
        done.append((words[0], answer))
    answers = dict(done)
    assert answers["create-company"]["company_id"]
    assert answers["forget-person"]["state"] == answers["delete-company"]["state"] == "done"
    assert answers["after-restore"]["is_settled"]
    assert answers["release"] == {"released": True}
    assert answers["recover-replies"] == {"recovered": 0}
