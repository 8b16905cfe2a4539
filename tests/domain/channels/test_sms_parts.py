"""Parts are counted as networks count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.sms_parts import Encoding, estimate


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
    ],
)
def test_sizes(text: str, encoding: Encoding, units: int, parts: int) -> None:
    size = estimate(text)
    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)


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
