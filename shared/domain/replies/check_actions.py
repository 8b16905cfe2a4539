"""What is wrong with what a reply option sets off."""

from collections.abc import Iterator

from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.characters import check_characters
from shared.domain.companies.consent_rules import check_answer
from shared.domain.contacts.contact import tag_of
from shared.domain.errors import Problem
from shared.domain.replies.check_options import text_warnings


def check_actions(options: tuple[ReplyOption, ...]) -> Iterator[Problem]:
    """The problems, each at its place."""
    for index, option in enumerate(options):
        where = f"reply_options[{index}]"
        yield from check_answer(f"{where}.acknowledgement", option.acknowledgement)
        yield from check_answer(f"{where}.acknowledgement_out_of_hours", option.acknowledgement_out_of_hours)
        yield from _asked(f"{where}.acknowledgement", option.acknowledgement)
        yield from _asked(f"{where}.acknowledgement_out_of_hours", option.acknowledgement_out_of_hours)
        if option.acknowledgement_out_of_hours and not option.acknowledgement:
            reason = "goes with an acknowledgement; give that too"
            yield Problem(field=f"{where}.acknowledgement_out_of_hours", reason=reason)
        if option.stops_steps and option.starts_steps:
            yield Problem(field=f"{where}.starts_steps", reason="goes not with stops_steps: choose one")
        yield from check_characters(f"{where}.event", option.event, is_line=True)
        yield from _tags(f"{where}.add_tags", option.add_tags)
        yield from _tags(f"{where}.remove_tags", option.remove_tags)
        for tag in {tag_of(one) for one in option.add_tags} & {tag_of(one) for one in option.remove_tags}:
            yield Problem(field=f"{where}.remove_tags", reason=f"{tag!r} is also in add_tags")


def _asked(where: str, text: str) -> Iterator[Problem]:
    """An acknowledgement that asks for a word which carriers take for something else."""
    for warning in text_warnings(text):
        yield Problem(field=where, reason=warning)


def _tags(where: str, tags: tuple[str, ...]) -> Iterator[Problem]:
    for number, tag in enumerate(tags):
        yield from check_characters(f"{where}[{number}]", tag, is_line=True)
        if not tag_of(tag):
            yield Problem(field=f"{where}[{number}]", reason="must not be blank")
