"""Create a template or edit it."""

import re
from collections.abc import Mapping

from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.characters import check_characters
from shared.domain.errors import InvalidInput, Problem
from shared.domain.events.file_link import fault_of
from shared.domain.record import replace
from shared.domain.templates.check_text import check_text
from shared.domain.templates.html_parts import check_html, text_of
from shared.domain.templates.rendering import RenderFailed, TemplateInvalid, check_line
from shared.domain.templates.template import Template
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

# Frozen content holds every template of a campaign in one document of at most 1 MiB.
BODY_BYTES = 80_000
HTML_BYTES = 80_000
MEDIA_URL_BYTES = 4_000
SUBJECT_BYTES = 2_000
VALUE_BYTES, VALUES = 2_000, 100  # of a provider's format, which has 1,600 characters at most
_PLACE = re.compile(r"\w{1,64}", re.ASCII)
_NO_BODY = {
    False: "must not be blank",
    True: "must not be blank: the HTML has no words a text could be made of, so write one",
}


async def create_template(runtime: Runtime, company_id: str, template: Template) -> Template:
    """Store a new template; with the same id again, nothing changes. Raises InvalidInput."""
    template = _with_body(template)
    _check(template, allows_local=runtime.settings.allows_local_targets)
    if await runtime.stores.templates.add(company_id, template.id, template):
        return template
    return await runtime.stores.templates.get(company_id, template.id)


async def edit_template(
    runtime: Runtime, company_id: str, template_id: str, changes: Mapping[str, object]
) -> Template:
    """Change the fields in `changes`. Campaigns that are ready keep the text they were frozen with.

    A body that was made of the HTML is made anew with it. Raises NotFound, InvalidInput.
    """
    stores = runtime.stores

    async def edit(transaction: Transaction) -> Template:
        template = await stores.templates.get(company_id, template_id, transaction)
        edited = replace(template, **changes, updated_at=runtime.now())  # type: ignore[arg-type]  # its fields
        if "body" in changes:
            edited = replace(edited, body_is_made=False)
        edited = _with_body(edited)
        _check(edited, allows_local=runtime.settings.allows_local_targets)
        stores.templates.put(transaction, company_id, template_id, edited)
        return edited

    return await transact(stores.db, edit)


def _with_body(template: Template) -> Template:
    """The template with the body that its HTML says, where nobody wrote one."""
    if not template.html:
        return replace(template, body_is_made=False)
    if template.body.strip() and not template.body_is_made:
        return template
    try:
        return replace(template, body=text_of(template.html), body_is_made=True)
    except TemplateInvalid:  # which `_check` says of the HTML
        return template


def _check(template: Template, *, allows_local: bool) -> None:
    problems = [*_check_html(template), *_check_format(template)]
    if not (problems and template.body_is_made):
        problems += check_text("body", template.body, BODY_BYTES, template.language)
    problems += check_text("subject", template.subject, SUBJECT_BYTES, template.language)
    problems += check_characters("name", template.name, is_line=True)
    if not template.body.strip() and template.content_id is None and not (problems and template.html):
        problems.append(Problem(field="body", reason=_NO_BODY[bool(template.html)]))
    record = template.channel.record
    if record.lacks_subject(template.subject):
        problems.append(Problem(field="subject", reason=f"{record.noun} needs a subject"))
    if template.html and not record.takes_html:
        problems.append(Problem(field="html", reason=f"a template for {template.channel} has no HTML"))
    problems += _check_media(template, allows_local=allows_local)
    if template.subject and not record.has_subject:
        problems.append(Problem(field="subject", reason=f"a template for {template.channel} has no subject"))
    if not record.has_language(template.language):
        problems.append(Problem(field="language", reason=_other_language(record)))
    if not (template.leaves_voicemail or record.is_spoken):
        reason = f"a template for {template.channel} never meets an answering machine"
        problems.append(Problem(field="leaves_voicemail", reason=reason))
    try:
        check_line(template.subject, "subject")
    except RenderFailed as failed:
        problems.append(Problem(field="subject", reason=failed.reason))
    if problems:
        raise InvalidInput(*problems)


def _check_format(template: Template) -> list[Problem]:
    """What is wrong with what is made from a format that a provider keeps."""
    if template.content_id is None:
        only = "is for templates with a content_id"
        return [Problem(field="content_values", reason=only)] if template.content_values else []
    problems = list(check_characters("content_id", template.content_id, is_line=True))
    if template.channel.record.conversation_hours is None:
        reason = f"a template for {template.channel} has a body of its own"
        problems.append(Problem(field="content_id", reason=reason))
    if template.body:
        problems.append(Problem(field="body", reason="must be empty: the format has the text"))
    for name, text in template.content_values.items():
        field = f"content_values.{name}"
        if not _PLACE.fullmatch(name):
            problems.append(Problem(field=field, reason="is no name of a place, such as 1"))
        problems += check_text(field, text, VALUE_BYTES, template.language)
    return problems


def _check_html(template: Template) -> list[Problem]:
    problems = check_text("html", template.html, HTML_BYTES, template.language, is_html=True)
    if problems or not template.html:
        return problems
    try:
        check_html(template.html)
    except TemplateInvalid as invalid:
        return [Problem(field="html", reason=str(invalid))]
    return []


def _check_media(template: Template, *, allows_local: bool) -> list[Problem]:
    record = template.channel.record
    most = record.most_media
    if len(template.media_urls) > most:
        named = f"{most} {record.media_noun}s at most" if most else f"no {record.media_noun}s"
        reason = f"a template for {template.channel} has {named}"
        return [Problem(field="media_urls", reason=reason)]
    problems: list[Problem] = []
    for index, url in enumerate(template.media_urls):
        field = f"media_urls[{index}]"
        found = check_text(field, url, MEDIA_URL_BYTES, template.language)
        if not found and "{" not in url and (fault := fault_of(url, allows_local=allows_local)):
            found = [Problem(field=field, reason=fault)]
        problems += found
    return problems


def _other_language(record: ChannelRecord) -> str:
    return f"{record.noun} can be made in these languages: {', '.join(sorted(record.languages or ()))}"
