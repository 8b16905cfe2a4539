"""Documents are short where they must be, lead somewhere, and say what the code says."""

import re
from pathlib import Path

import pytest

from tests.kit.docs.markdown import ROOT, Document, document, documents

LINE = 120
WORDS = {"README.md": 900, "ARCHITECTURE.md": 2_200}
GLOSSARY = "docs/glossary.md"

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`((?:shared|functions|infra|tests)/[\w./<>-]+)`")
_WORD_ROW = re.compile(r"^\| ([^|]+?) \| [^|]+ \| \[[^\]]+\]\(([^)]+)\) \|$", re.MULTILINE)

DOCUMENTS = pytest.mark.parametrize("one", documents(), ids=lambda one: str(one.name))


@DOCUMENTS
def test_lines_are_short(one: Document) -> None:
    long = [number for number, line in enumerate(one.text.splitlines(), 1) if len(line) > LINE]
    assert long == []


@pytest.mark.parametrize("name", WORDS)
def test_the_way_in_is_short(name: str) -> None:
    assert len(document(name).text.split()) <= WORDS[name]


@DOCUMENTS
def test_every_link_leads_somewhere(one: Document) -> None:
    lost = []
    for target in _LINK.findall(one.prose):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (one.path.parent / name).resolve() if name else one.path
        if not path.is_file() or (anchor and anchor not in _anchors(path)):
            lost.append(target)
    assert lost == []


def _anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = _HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_document_is_linked() -> None:
    """From the README over links alone."""
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        path = ahead.pop()
        if path in reached:
            continue
        reached.add(path)
        targets = (target.partition("#")[0] for target in _LINK.findall(path.read_text(encoding="utf-8")))
        ahead += [(path.parent / name).resolve() for name in targets if name.endswith(".md")]
    assert {one.path for one in documents()} <= reached


@DOCUMENTS
def test_every_file_it_names_is_there(one: Document) -> None:
    named = {name for name in _CODE.findall(one.prose) if "<" not in name}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def _glossary() -> list[tuple[str, str]]:
    return _WORD_ROW.findall(document(GLOSSARY).text)


@pytest.mark.parametrize(("word", "target"), _glossary())
def test_every_word_of_the_glossary_is_in_the_code(word: str, target: str) -> None:
    path = ((ROOT / GLOSSARY).parent / target).resolve()
    assert _plain(word) in _plain(f"{path.stem} {path.read_text(encoding='utf-8')}")


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text.casefold())


def test_the_glossary_has_every_word_once() -> None:
    words = [word for word, _ in _glossary()]
    assert len(words) == len(set(words))
    rows = [line for line in document(GLOSSARY).text.splitlines() if line.startswith("| ")]
    assert len(words) == sum(not line.startswith("| word ") for line in rows)


def test_every_decision_has_a_date() -> None:
    missing = []
    for one in documents():
        if one.name.startswith("docs/decisions/") and not one.name.endswith("README.md"):
            for part in one.text.split("\n## ")[1:]:
                title, _, rest = part.partition("\n\n")
                if not re.match(r"\*20\d\d-\d\d-\d\d", rest):
                    missing.append(title)
    assert missing == []
