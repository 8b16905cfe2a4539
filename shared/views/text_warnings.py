"""What carriers would do with words that texts ask people to answer with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Protocol

from shared.domain.campaigns.campaign import Campaign
from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import NO_RULES, ConsentRules
from shared.domain.contacts.consent import WordMeaning
from shared.domain.errors import NotFound
from shared.domain.replies.check_options import option_warnings, text_warnings
from shared.domain.replies.consent import word_meaning
from shared.domain.replies.own_words import own_meaning
from shared.domain.sequences.sequence import SequenceStep
from shared.domain.templates.provider_content import ProviderContent
from shared.domain.templates.template import Template
from shared.runtime import Runtime

_UNSEEN = re.compile(r"<!--.*?-->|<(style|script|head)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_WITHIN = re.compile(r"</?(?:b|i|em|strong|span|u|a|font|code|mark|small)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
MOST_READ = 10_000  # characters of one text


class _Texts(Protocol):
    """What a template says, be it stored or shown."""

    @property
    def channel(self) -> Channel: ...
    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def body_is_made(self) -> bool: ...
    @property
    def content_values(self) -> Mapping[str, str]: ...


def template_warnings(template: _Texts, own: ConsentRules = NO_RULES) -> tuple[str, ...]:
    """Of its subject, its text, its HTML where that is another one, and what it fills a format with.

    In a call nobody answers with words, and no carrier listens. `own` has the company's own words.
    """
    if template.channel.record.is_spoken:
        return ()
    html = "" if template.body_is_made else _seen(template.html)
    return _warnings((template.subject, template.body, html, *template.content_values.values()), own)


def step_warnings(step: SequenceStep, own: ConsentRules = NO_RULES) -> tuple[str, ...]:
    """Of an email of a sequence."""
    return _warnings((step.subject, step.content, _seen(step.html)), own)


def content_warnings(content: ProviderContent, own: ConsentRules = NO_RULES) -> tuple[str, ...]:
    """Of a format that a provider keeps: of its text, and of buttons whose words refuse."""
    return tuple(dict.fromkeys((*_warnings((content.body,), own), *_button_warnings(content, own))))


async def texts_warnings(
    runtime: Runtime, company_id: str, template_ids: Iterable[str], own: ConsentRules
) -> tuple[str, ...]:
    """Of all these templates, each said once."""
    found = await runtime.stores.templates.find_many(company_id, set(template_ids))
    told = (warning for one in found.values() for warning in template_warnings(one, own))
    return tuple(dict.fromkeys(told))


async def campaign_warnings(
    runtime: Runtime, company_id: str, campaign: Campaign, templates: Iterable[Template]
) -> tuple[str, ...]:
    """Of its reply options and of all its steps' texts; of providers' formats once it is frozen with them."""
    known, company = list(templates), await runtime.stores.companies.find(company_id)
    own = company.consent if company else NO_RULES
    found = [*option_warnings(campaign.reply_options)]
    found += (warning for template in known for warning in template_warnings(template, own))
    if campaign.content_hash and any(template.content_id for template in known):
        for content in await _frozen(runtime, company_id, campaign.id, campaign.content_hash):
            found += content_warnings(content, own)
    return tuple(dict.fromkeys(found))


async def _frozen(
    runtime: Runtime, company_id: str, campaign_id: str, content_hash: str
) -> Iterable[ProviderContent]:
    try:
        content = await runtime.stores.campaign_contents.frozen(company_id, campaign_id, content_hash)
    except NotFound:  # it is kept as long as its fires
        return ()
    return content.contents.values()


def _seen(html: str) -> str:
    """What people see of it."""
    return unescape(_TAG.sub(" ", _WITHIN.sub("", _UNSEEN.sub(" ", html))))


def _warnings(texts: Iterable[str], own: ConsentRules) -> tuple[str, ...]:
    told = (warning for text in texts if text for warning in text_warnings(text[:MOST_READ], own))
    return tuple(dict.fromkeys(told))


def _button_warnings(content: ProviderContent, own: ConsentRules) -> Iterator[str]:
    for button in content.buttons:
        if WordMeaning.OPT_OUT in (word_meaning(button.title), own_meaning(own, button.title)):
            yield (
                f"The button {button.title!r} is an opt-out for who types it: they get no more messages. "
                'Have it say what is meant, such as "I cannot come".'
            )
