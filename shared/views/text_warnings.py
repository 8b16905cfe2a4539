"""What carriers would do with words that texts ask people to answer with."""

import re
from collections.abc import Iterable, Iterator

from shared.domain.campaigns.campaign import Campaign
from shared.domain.contacts.consent import WordMeaning
from shared.domain.errors import NotFound
from shared.domain.replies.check_options import option_warnings, text_warnings
from shared.domain.replies.consent import word_meaning
from shared.domain.templates.provider_content import ProviderContent
from shared.domain.templates.template import Template
from shared.runtime import Runtime

_TAG = re.compile(r"<[^>]*>")


def template_warnings(template: Template) -> tuple[str, ...]:
    """Of its subject, its text, its HTML where that is another one, and what it fills a format with."""
    html = "" if template.body_is_made else _TAG.sub(" ", template.html)
    texts = (template.subject, template.body, html, *template.content_values.values())
    return _warnings(texts)


def content_warnings(content: ProviderContent) -> tuple[str, ...]:
    """Of a format that a provider keeps: of its text, and of buttons whose words refuse."""
    return tuple(dict.fromkeys((*_warnings((content.body,)), *_button_warnings(content))))


async def campaign_warnings(
    runtime: Runtime, company_id: str, campaign: Campaign, templates: Iterable[Template]
) -> tuple[str, ...]:
    """Of its reply options and of all its steps' texts; of providers' formats once it is frozen with them."""
    known = list(templates)
    found = [*option_warnings(campaign.reply_options)]
    found += (warning for template in known for warning in template_warnings(template))
    if campaign.content_hash and any(template.content_id for template in known):
        for content in await _frozen(runtime, company_id, campaign.id, campaign.content_hash):
            found += content_warnings(content)
    return tuple(dict.fromkeys(found))


async def _frozen(
    runtime: Runtime, company_id: str, campaign_id: str, content_hash: str
) -> Iterable[ProviderContent]:
    try:
        content = await runtime.stores.campaign_contents.frozen(company_id, campaign_id, content_hash)
    except NotFound:  # it is kept as long as its fires
        return ()
    return content.contents.values()


def _warnings(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warning for text in texts if text for warning in text_warnings(text)))


def _button_warnings(content: ProviderContent) -> Iterator[str]:
    for button in content.buttons:
        if word_meaning(button.title) is WordMeaning.OPT_OUT:
            yield (
                f"The button {button.title!r} is an opt-out for who types it: they get no more messages. "
                'Have it say what is meant, such as "I cannot come".'
            )
