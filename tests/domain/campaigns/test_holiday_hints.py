"""What a company may not expect of a holiday calendar, said whole."""

from shared.domain.campaigns.public_holidays import check_holidays, holiday_hint


def test_a_state_that_does_not_keep_the_countrys_days() -> None:
    hint = holiday_hint("US-FL", 2026)
    assert hint is not None
    assert "US-FL does not keep " in hint
    assert "(2026-02-16)" in hint  # Presidents' Day, the third Monday of February
    assert hint.endswith("Write US+US-FL to close on the days of US too.")
    assert holiday_hint("us-fl", 2026) == hint


def test_a_country_whose_parts_keep_more() -> None:
    hint = holiday_hint("CA", 2026)
    assert hint is not None
    assert hint.startswith("CA alone has only the days that the whole country keeps, which lack ")
    assert "Name a part for its own: CA-" in hint
    assert hint.endswith(" for both.")


def test_a_union_has_no_hint() -> None:
    assert holiday_hint("US+US-FL", 2026) is None


def test_six_places_are_too_many_and_a_wrong_one_is_named() -> None:
    assert check_holidays("US+CA+GB+DE+FR") is None
    assert check_holidays("US+CA+GB+DE+FR+IT") == "Join 5 places at most."
    reason = check_holidays("US+US-QQ")
    assert reason is not None
    assert "'US-QQ'" in reason
    assert "US+US-CA for the days of both" in reason
