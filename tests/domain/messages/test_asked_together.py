"""Which number each appointment has in a message that asks about several."""

from shared.domain.messages.asked_together import is_asked_together, numbers_together
from shared.domain.messages.skip_reason import SkipReason
from tests.kit.builders import a_message


def test_the_message_that_asks_is_the_first_and_the_others_follow_in_its_order() -> None:
    found = [a_message(id="b"), a_message(id="a", asked_with="c - b"), a_message(id="alone")]
    assert numbers_together(found) == {"a": 1, "c": 2, "b": 4}
    assert numbers_together([a_message()]) == {}


def test_a_duplicate_is_asked_by_nobody() -> None:
    together = a_message(reason=SkipReason.ASKED_TOGETHER, duplicate_of="a")
    assert is_asked_together(together)
    assert not is_asked_together(a_message(reason=SkipReason.DUPLICATE, duplicate_of="a"))
    assert not is_asked_together(a_message())
