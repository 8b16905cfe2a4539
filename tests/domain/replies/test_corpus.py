"""Our own corpus: what a careful receptionist understands, written down before the rules were run on it.

python -m pytest tests/domain/replies/test_corpus.py -s prints the figures by language.
"""

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from tests.kit.judged_replies import Fault, fault_of, figures
from tests.kit.read_replies import Case, as_json, cases_of, main, read_case

PATH = Path(__file__).with_name("corpus.json")
NEEDLESS_PERCENT, SERIOUS_PERCENT = 10, 2
LANGUAGES = ("en", "es", "fr", "pt")


@cache
def judged() -> list[tuple[Case, Fault | None]]:
    cases = cases_of(json.loads(PATH.read_text(encoding="utf-8")))
    return [(case, fault_of(case["expected"], read_case(case))) for case in cases]


def by_language() -> dict[str, Counter[Fault | None]]:
    counts: dict[str, Counter[Fault | None]] = defaultdict(Counter)
    for case, fault in judged():
        counts[case["language"]][fault] += 1
    return counts


def test_no_reply_is_taken_for_its_opposite() -> None:
    assert [case["reply"] for case, fault in judged() if fault is Fault.GRAVE] == []


def test_few_replies_are_misread_or_handed_over_without_need() -> None:
    counts = by_language()
    print("\n" + figures(counts))  # noqa: T201  # the figures by language
    for language in LANGUAGES:
        total = sum(counts[language].values())
        assert total >= 80
        assert counts[language][Fault.SERIOUS] * 100 <= SERIOUS_PERCENT * total
        assert counts[language][Fault.NEEDLESS] * 100 <= NEEDLESS_PERCENT * total


def test_the_tool_prints_a_reading_for_each_case(tmp_path: Path, capsys: Any) -> None:
    corpus = json.loads(PATH.read_text(encoding="utf-8"))
    few = tmp_path / "few.json"
    few.write_text(json.dumps({**corpus, "cases": corpus["cases"][:3]}))
    main(str(few))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    cases = list(cases_of(corpus))[:3]
    assert lines == [json.loads(json.dumps(as_json(case, read_case(case)))) for case in cases]
    assert lines[0]["appointments"] == {
        "a": {"disposition": "confirmed", "question": "q", "contradicts_earlier": False}
    }
