"""How versions differ, word by word."""

from functions.portal.automation_words import Called
from functions.portal.version_words import differences
from shared.domain.automations.automation import Definition, Reentry
from shared.domain.automations.steps import IfStep, TagStep, WaitFor, WaitStep
from shared.domain.automations.trigger import Happened
from shared.domain.campaigns.window import ContactWindow
from shared.domain.contacts.criterion_words import Names
from shared.domain.contacts.segment import HasTag
from shared.domain.events.event import EventType
from shared.domain.record import replace

CALLED = Called(names=Names(lists={}, fields={}), templates={})
NEW = Happened(event=EventType.TAG_ATTACHED, what="new")
GONE = Happened(event=EventType.TAG_REMOVED, what="new")
TAG = TagStep(id="tag", tag="a")
FORK = IfStep(id="fork", criterion=HasTag(value="warm"))
OLD = Definition(triggers=(NEW,), steps=(WaitStep(id="wait", wait=WaitFor(seconds=7200)), TAG, FORK))


def test_only_the_words_that_differ_are_marked() -> None:
    steps = (WaitStep(id="wait", wait=WaitFor(seconds=3600)), TAG, FORK)
    [one] = differences(OLD, replace(OLD, steps=steps), CALLED)
    assert (one.how, one.before) == ("Changed", (("Wait", False), ("2 hours", True)))
    assert one.now == (("Wait", False), ("1 hour", True))


def test_a_step_that_moved_says_where_it_stands_now() -> None:
    fork = IfStep(id="fork", criterion=HasTag(value="warm"), otherwise=(TAG,))
    found = differences(OLD, replace(OLD, steps=(OLD.steps[0], fork)), CALLED)
    assert {one.how for one in found} == {"Moved"}
    places = {one.now[0][0]: one.note for one in found}
    assert places == {
        "If the contact has the tag 'warm'": "after “Wait 2 hours”",
        "Attach the tag “a”": "first of “If the contact has the tag 'warm'”, otherwise",
    }


def test_added_and_removed_steps_triggers_and_goals_are_named() -> None:
    extra = TagStep(id="extra", tag="b")
    new = replace(OLD, triggers=(GONE,), goals=(NEW,), steps=(extra, OLD.steps[0], FORK))
    told = [(one.how, one.now[0][0], one.note) for one in differences(OLD, new, CALLED)]
    assert ("Added", "Attach the tag “b”", "at the start") in told
    assert ("Removed", "Attach the tag “a”", "") in told
    assert ("Added", "the tag “new” is taken off", "what lets contacts in") in told
    assert ("Removed", "the tag “new” is attached", "what lets contacts in") in told
    assert ("Added", "the tag “new” is attached", "what ends their way early") in told


def test_the_rule_for_entering_the_hours_and_texts_are_compared_too() -> None:
    new = replace(OLD, reentry=Reentry.ALWAYS, window=ContactWindow(days=(1, 2)), topic="news")
    texts = {"tag": ("Hello you", "Hello there")}
    found = {one.note: one for one in differences(OLD, new, CALLED, texts)}
    assert [text for text, _ in found["how often one enters"].now] == ["every time"]
    assert found["the text of Attach the tag “a”"].now == (("Hello", False), ("there", True))
    hours = found["the contact window, or its holidays and closed days"].now
    assert "Mon, Tue," in " ".join(text for text, _ in hours)
    assert found["the kind of messages"].now == (("news", True),)
    assert differences(OLD, OLD, CALLED) == []
