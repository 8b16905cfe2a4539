"""Parts are counted as networks count them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.sms_parts import Encoding, estimate

# Generated texts whose marks, vowels and emoji lie on the borders of parts, with the parts and units that npm
# sms-segments-calculator 1.3.0 counts (see findings/sms-parts-keep-clusters.sh).
COUNTED = json.loads(Path(__file__).with_name("calculator_counts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", Encoding.GSM_7, 0, 1),
        ("a" * 160, Encoding.GSM_7, 160, 1),
        ("a" * 161, Encoding.GSM_7, 161, 2),
        ("a" * 306, Encoding.GSM_7, 306, 2),
        ("a" * 307, Encoding.GSM_7, 307, 3),
        ("€" * 80, Encoding.GSM_7, 160, 1),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM_7, 306, 3),  # the pair moves to the second part whole
        ("ñäöüàÇ\n\r", Encoding.GSM_7, 8, 1),
        ("ç", Encoding.UCS_2, 1, 1),
        ("’" + "a" * 69, Encoding.UCS_2, 70, 1),
        ("’" + "a" * 70, Encoding.UCS_2, 71, 2),
        ("’" + "a" * 134, Encoding.UCS_2, 135, 3),
        ("😀" * 35, Encoding.UCS_2, 70, 1),
        ("😀" * 36, Encoding.UCS_2, 72, 2),
        ("a" * 66 + "😀" + "a" * 66, Encoding.UCS_2, 134, 3),  # 67 units a part, no half emoji
        ("я" * 66 + "e\u0301" + "я" * 66, Encoding.UCS_2, 134, 3),  # nor a letter without its accent
        ("я" * 65 + "e\u0301" + "я" * 67, Encoding.UCS_2, 134, 2),
        ("я" * 68 + "e\u0301", Encoding.UCS_2, 70, 1),
        ("我" * 66 + "👨‍👩‍👧" + "我" * 60, Encoding.UCS_2, 134, 3),  # 8 units that belong together: 66, 67, 1
        ("я" * 66 + "\r\n" + "я" * 66, Encoding.UCS_2, 134, 2),  # a line end may be parted
        (
            "я" * 66 + "क\u094dष" + "я" * 65,
            Encoding.UCS_2,
            134,
            3,
        ),  # 66, 67, 1: the conjunct may, its mark not
        (
            "a" + "\u0301" * 200,
            Encoding.UCS_2,
            201,
            3,
        ),  # no part holds more than 67, whatever belongs together
    ],
)
def test_sizes(text: str, encoding: Encoding, units: int, parts: int) -> None:
    size = estimate(text)
    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)


@pytest.mark.parametrize("row", COUNTED)
def test_parts_are_those_of_twilios_calculator(row: tuple[str, int, int]) -> None:
    text, parts, units = row
    size = estimate(text)
    assert (size.parts, size.units) == (parts, units)


def test_the_basic_set_is_complete() -> None:
    basic = (
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    )
    basic += "abcdefghijklmnopqrstuvwxyzäöñüà"
    assert len(set(basic)) == 127  # 128 less the escape
    assert estimate(basic).units == 127


@given(text=st.text(max_size=400), more=st.text(max_size=5))
def test_a_longer_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert estimate(text + more).parts >= estimate(text).parts
