"""Every command of the documents is one that works."""

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
from tests.kit.docs.markdown import ROOT, Document, Words, document, documents, is_assignment

OPS = ("python", "-m", "infra.ops")
RUNBOOKS = ("A campaign is stuck", "Dead letters", "A provider is down", "An opt-out complaint")


READ_REPLIES = (".venv/bin/python", "-m", "tests.kit.read_replies")


def _commands(*start: str) -> list[Words]:
    """The commands that begin so, each once."""
    found = (words for one in documents() for words in one.commands if words[: len(start)] == start)
    return list(dict.fromkeys(found))


def _made(words: Words) -> Words:
    """What a make command is given, also where its output is evaluated."""
    return (
        words[1:] if words[0] == "make" else tuple(words[1].removeprefix("$(make ").removesuffix(")").split())
    )


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    others = {
        (one.name, words)
        for one in documents()
        for words in one.commands
        if words[0] not in ("make", "eval", "gcloud", "curl")
        and words[:3] not in (OPS, READ_REPLIES)
        and not is_assignment(words)
    }
    assert others == set()  # curl: see test_howtos; gcloud: see tests/deploy/test_commands.py
    assert {block.language for one in documents() for block in one.blocks} <= {
        "sh",
        "bash",
        "json",
        "python",
        "",
    }


def test_every_runbook_is_there_with_commands() -> None:
    text = document("docs/operations/runbooks.md").text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(RUNBOOKS)
    assert all("```sh" in part for part in text.split("\n## ")[1:])


MADE = [" ".join(_made(words)) for words in (*_commands("make"), *_commands("eval"))]


@pytest.mark.parametrize(
    "words", [_made(words) for words in (*_commands("make"), *_commands("eval"))], ids=MADE
)
def test_make_knows_its_targets_and_variables(words: Words) -> None:
    _check_variables(words)
    dry = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True)  # noqa: S603, S607
    assert dry.returncode == 0, dry.stderr


def _check_variables(words: Words) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name, is_variable, _ = word.partition("=")
        assert not is_variable or f"$({name})" in makefile, word


def test_commands_in_prose_name_what_is_there() -> None:
    """They may be incomplete: target and variables of make, the command of ops."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    unknown = []
    for one in documents():
        for words in one.inline_commands:
            if words[0] == "make":
                _check_variables(words[1:])
                unknown += [words] if words[1] not in targets else []
            elif words[:3] == OPS and words[3:]:
                unknown += [words] if words[3] not in _ops_commands() else []
    assert unknown == []


def _ops_commands() -> set[str]:
    [commands] = [action.choices for action in ops_parser()._actions if action.choices]
    return set(commands)


def test_scripts_are_such() -> None:
    scripts = [block.text for one in documents() for block in one.blocks if block.language == "bash"]
    assert scripts
    for script in scripts:
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)  # noqa: S607
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    "one",
    [one for one in documents() if any(words[:3] == OPS for words in one.commands)],
    ids=lambda one: str(one.name),
)
async def test_the_commands_of_ops_are_followed(
    one: Document, clinic: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the order of the document, with ids where it has names in capitals."""
    places = {"COMPANY": "acme", "SENDER": "texts", **await _credential_files(clinic, tmp_path)}
    for words in (words[3:] for words in one.commands if words[:3] == OPS):
        args = ops_parser().parse_args([places.get(word, word) for word in words])
        if words[0] == "dead-letters":  # needs Pub/Sub's topics: see test_watch_work
            assert args.topic in (None, *TOPICS.values())
            continue
        if words[:2] == ("credentials", "withdraw-new"):  # instead of the retiring before it
            fields = {"account_sid": "AC1", "auth_token": "wrong"}
            await clinic.runtime.secrets.add("acme", "texts", fields, clinic.runtime.now())
        monkeypatch.setattr("sys.stdin", io.StringIO("+12125550187\n"))
        answer: dict[str, Any] = await args.run(clinic.runtime, args)
        for name, value in EXPECTED.get(words[0], {}).items():
            assert answer[name] == value, words


EXPECTED: dict[str, dict[str, object]] = {
    "forget-person": {"state": "done"},
    "delete-company": {"state": "done"},
    "after-restore": {"is_settled": True},
    "release": {"released": True},
    "recover-replies": {"recovered": 0},
    "stuck": {"count": 0},
}


async def _credential_files(clinic: Clinic, folder: Path) -> dict[str, str]:
    """The files that commands name, with what the providers accept."""
    account = await clinic.simulator.add_account()
    await clinic.simulator.add_number(account, "+12125550100")
    key = await clinic.simulator.add_key()
    contents = {
        "twilio.json": {"account_sid": account.sid, "auth_token": account.token},
        "ses.json": await clinic.simulator.add_ses_account(identities=["desk@north-clinic.com"]),
        "sendgrid.json": {"api_key": key.key, "webhook_public_key": key.verification_key},
    }
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content))
    return {name: str(folder / name) for name in contents}
