"""A corpus that is wrong is told what, where and how to mend it; what can be read of it is read."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit.docs.markdown import ROOT
from tests.kit.read_replies import main

OF_OPTION, OF_VISIT = "questions[0].options[0]", "questions[0].appointments[0]"
MISSING = object()


def the_case() -> dict[str, Any]:
    """The case that the docs show."""
    text = (ROOT / "docs/replies-corpus.md").read_text(encoding="utf-8")
    [case] = json.loads(text.split("```json\n")[1].split("```")[0])
    return dict(case)


def changed(path: str, value: object) -> dict[str, Any]:
    """The case of the docs with another value at a path, such as reply.body."""
    case: Any = the_case()
    *way, last = [int(one) if one.isdecimal() else one for one in re.split(r"[.\[\]]+", path.rstrip("]"))]
    place = case
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return dict(case)


def run(folder: Path, content: object) -> int:
    """The exit code for a file with this content: bytes as they are, else JSON."""
    path = folder / "corpus.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return main(str(path))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("reply", MISSING, "reply is missing"),
        ("reply", 7, "reply must be an object in { }, not 7"),
        ("reply.body", MISSING, "reply.body is missing"),
        ("reply.body", 2, "reply.body must be a text in quotes, not 2"),
        ("reply.written_at", MISSING, "reply has no written_at: give it one, or the case"),
        ("reply.written_at", "30/11/2026", 'must be a date and time such as "2026-11-30T08:30"'),
        ("reply.written_at", "0001-01-01T00:00", 'not "0001-01-01T00:00"'),
        ("reply.written_at", 1796041265, "reply.written_at must be a date and time"),
        ("reply.is_opt_out", "no", "must be true or false, without quotes"),
        ("earlier", "1", "earlier must be a list in [ ]"),
        ("earlier[0]", "1", "earlier[0] has no written_at"),
        ("time_zone", "Mars/Base", 'must be a time zone such as "America/New_York", not "Mars/Base"'),
        ("situation", "of old", "situation 'of old' is none of the file's"),
        ("questions", {"q": 1}, "questions must be a list in [ ]"),
        (f"{OF_OPTION}.words", "1", 'questions[0].options[0].words must be a list in [ ], not "1"'),
        (f"{OF_OPTION}.words", [1], "questions[0].options[0].words[0] must be a text in quotes"),
        (f"{OF_OPTION}.words", MISSING, "questions[0].options[0].words is missing"),
        (f"{OF_OPTION}.disposition", "yes", "must be confirmed, canceled or reschedule_asked, not"),
        (f"{OF_VISIT}.disposition", "no", "questions[0].appointments[0].disposition must be"),
        (f"{OF_VISIT}.at", "tomorrow", "questions[0].appointments[0].at must be a date and time"),
    ],
)
def test_a_case_that_is_wrong_is_named_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, value: object, said: str
) -> None:
    assert run(tmp_path, [changed(path, value), the_case()]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("case 17: ")
    assert said in told.err
    wrong, right = map(json.loads, told.out.splitlines())
    assert wrong["id"] == "17"
    assert said in wrong["error"]
    assert right["appointments"]["a"]["disposition"] == "canceled"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("language", "xx", "language should be en, es, fr or pt, not 'xx'"),
        ("questions[0].appointments", [{"key": "a"}, {"key": "a"}], "have the key 'a' twice"),
    ],
)
def test_what_is_odd_is_told_and_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, value: object, said: str
) -> None:
    assert run(tmp_path, [changed(path, value)]) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert json.loads(told.out)["outcome"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("language", "pt-BR"),
        ("language", MISSING),
        ("questions", None),
        ("questions[0].options", None),
        ("earlier", MISSING),
        ("reply.written_at", "2026-11-30T13:30:00Z"),
        ("reply.written_at", "2026-11-30 08:30"),
        ("id", None),
        ("id", 7),
    ],
)
def test_what_may_be_so_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, value: object
) -> None:
    assert run(tmp_path, [changed(path, value)]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert json.loads(told.out)["id"] in ("17", "1", 7)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no JSON"),
        (b'[{"id": 1,}]', "line 1 column 11"),
        (b'{"reply": "1"}\n{"reply": "2"}', "Extra data: line 2"),
        (b'[{"id": "\xe9"}]', "is not in UTF-8 at byte 10"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'[{"id": "1", "reply": "a", "reply": "b"}]', "has the key 'reply' twice in one object"),
        ([], "has no cases"),
        ("yes", "must hold a list of cases"),
        ({"situations": {}}, "must hold a list of cases"),
        ({"situations": [], "cases": [{}]}, "must have situations such as"),
        ([{"reply": "1"}, "2"], "has a case 2 that is none"),
    ],
)
def test_a_file_that_is_no_corpus_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: object, said: str
) -> None:
    assert run(tmp_path, content) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_marks_of_the_encoding_are_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps([the_case()])
    assert run(tmp_path, text.encode("utf-8-sig")) == 0
    assert run(tmp_path, text.encode("utf-16")) == 0
    assert main(str(tmp_path / "none.json")) == 1
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_the_command_ends_with_its_code_and_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "corpus.json"
    path.write_text(json.dumps([the_case() | {"id": "\ud83d"}, changed("reply.body", None)]))
    for given, code, said in (([str(path)], 1, "reply.body is missing"), ([], 2, "FILE.json")):
        command = [sys.executable, "-m", "tests.kit.read_replies", *given]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own
        assert (done.returncode, "Traceback" in done.stderr) == (code, False)
        assert said in done.stderr
