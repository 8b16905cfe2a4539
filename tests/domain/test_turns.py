"""Companies take turns, however much one of them has."""

from shared.domain.turns import in_turn


def test_each_company_has_its_turn() -> None:
    assert in_turn({"a": [1, 2, 3], "b": [4], "c": [5, 6]}) == [
        ("a", 1),
        ("b", 4),
        ("c", 5),
        ("a", 2),
        ("c", 6),
        ("a", 3),
    ]


def test_nothing_is_left_out_for_being_nothing() -> None:
    assert in_turn({"a": [0, None], "b": []}) == [("a", 0), ("a", None)]
