"""What a campaign's frozen content lacks, found before anybody is sent anything."""

import difflib
from collections.abc import Iterable, Iterator

from shared.domain.campaigns.check_fields import check_field_kinds
from shared.domain.campaigns.company_fields import POSTAL_ADDRESS, missing_address
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step, is_invited_to
from shared.domain.campaigns.together import APPOINTMENTS, NUMBER
from shared.domain.contacts.preference_link import INVITE_FIELD, LINK_FIELDS
from shared.domain.errors import Problem
from shared.domain.files.source import FieldType
from shared.domain.templates.provider_content import Approval, ProviderContent
from shared.domain.templates.rendering import (
    Compiled,
    FieldMissing,
    KindUnfit,
    RenderFailed,
    compile_text,
    fields_of,
    render,
    render_values,
)
from shared.domain.templates.template import Template
from shared.domain.templates.template_checks import comparison_faults

# A value each type can hold; as text, one that filters for numbers take too.
_EXAMPLES: dict[FieldType, str] = {
    FieldType.DATE: "2026-11-30",
    FieldType.TIME: "14:30",
    FieldType.DATETIME: "2026-11-30T14:30",
}
_EXAMPLE = "1"


def content_problems(content: CampaignContent) -> Iterator[Problem]:
    """Every step that has no from, to, subject or body, or whose template needs a field no row can have.

    And what else of the campaign does not go with the source, which may have changed since it was saved.
    """
    yield from check_field_kinds(content.campaign, content.field_types)
    for index, step in enumerate(content.campaign.steps):
        where = f"steps[{index}]"
        template, sender = content.templates[step.template_id], content.senders[step.sender_id]
        if not sender.address.strip():
            yield Problem(field=f"{where}.sender_id", reason="this sender has no address to send from")
        yield from _address_problems(content, step, where)
        yield from _invitation_problems(content, step, where)
        yield from _together_problems(content, step, where)
        for reason in (*_template_faults(content, template, step), *missing_address(content, step)):
            yield Problem(field=f"{where}.template_id", reason=reason)


def _address_problems(content: CampaignContent, step: Step, where: str) -> Iterator[Problem]:
    is_needed = not is_invited_to(content.campaign.steps, step.id)  # else people bring their address
    if is_needed and step.address_field not in content.field_types:
        reason = f"{step.address_field!r} is not a field of the source{_near(step.address_field, content)}"
        yield Problem(field=f"{where}.address_field", reason=reason)


def _invitation_problems(content: CampaignContent, step: Step, where: str) -> Iterator[Problem]:
    """What keeps the step from inviting anybody."""
    if step.invites_to is None:
        return
    to = content.campaign.steps[step.invites_to]
    sender, template = content.senders[to.sender_id], content.templates[step.template_id]
    if to.channel.record.needs_link_name and not sender.link_name:
        reason = f"the sender of the step it invites to has no link_name: links to {sender.address} need one"
        yield Problem(field=f"{where}.invites_to", reason=reason)
    if not _says(template, INVITE_FIELD):
        reason = f"the template {template.name!r} must say {{{{ {INVITE_FIELD} }}}}, the link that invites"
        yield Problem(field=f"{where}.template_id", reason=reason)


def _together_problems(content: CampaignContent, step: Step, where: str) -> Iterator[Problem]:
    """What would leave people asked about the first of their rows alone, and the others for asked."""
    template = content.templates[step.template_id]
    reason = unlisted(f"the template {template.name!r}", _read(template))
    if content.campaign.asks_together and reason is not None:
        yield Problem(field=f"{where}.template_id", reason=reason)


def unlisted(name: str, texts: Iterable[Compiled]) -> str | None:
    """Why what has these texts, and is called so, asks about one row alone; None when it lists them all."""
    if any(APPOINTMENTS in fields_of(text) for text in texts):
        return None
    each = f"{{% for one in {APPOINTMENTS} %}}{{{{ one.{NUMBER} }}}}: … {{% endfor %}}"
    return f"{name} must list all that it asks about, as by {each}"


def _says(template: Template, field: str) -> bool:
    """Whether what the person reads has the field."""
    return any(field in fields_of(text) for text in _read(template))


def _read(template: Template) -> Iterator[Compiled]:
    """What the person reads."""
    for text in (template.subject, template.body, *template.content_values.values()):
        yield compile_text(text, template.language)
    yield compile_text(template.html, template.language, is_html=True)


def _template_faults(content: CampaignContent, template: Template, step: Step) -> Iterator[str]:
    if template.content_id is not None:
        yield from _format_faults(template, content.contents.get(template.id))
    elif not template.body.strip():
        yield f"the template {template.name!r} has no body"
    if template.channel.record.lacks_subject(template.subject):
        yield f"the template {template.name!r} has no subject"
    if template.html and content.campaign.filters:
        yield f"the template {template.name!r} has HTML, which the campaign's filters would not change"
    texts = (template.subject, template.body, *template.media_urls, *template.content_values.values())
    parts = (*((text, False) for text in texts), (template.html, True))
    for compiled in (compile_text(text, template.language, is_html=is_html) for text, is_html in parts):
        for fault in dict.fromkeys(_misfits(content, compiled)):
            yield f"the template {template.name!r} does not go with the source: {fault}"
        for field in _unprovided(content, compiled, step):
            named = f"the template {template.name!r} needs the field {field!r}, which"
            if field == POSTAL_ADDRESS:
                yield f"{named} the company has not said: set its postal_address"
            else:
                yield f"{named} no column of the source provides{_near(field, content)}"


def _format_faults(template: Template, kept: ProviderContent | None) -> Iterator[str]:
    """What keeps the provider's format from being sent for this template."""
    if kept is None:
        yield f"the sender's account has no format {template.content_id!r} for the template {template.name!r}"
        return
    if template.channel.record.with_approval and kept.approval is not Approval.APPROVED:
        why = f" ({kept.reason})" if kept.reason else ""
        yield f"the format {kept.name!r} is {kept.approval.replace('_', ' ')}, not approved{why}"
    if not kept.body.strip():
        yield f"the format {kept.name!r} has no text: formats of the kind {kept.kind!r} cannot be sent yet"
    for name in kept.places:
        if name not in template.content_values:
            yield f"the template {template.name!r} says nothing for the place {name!r} of {kept.name!r}"
    for name in template.content_values:
        if name not in kept.places:
            has = ", ".join(kept.places) or "none"
            yield f"{name!r} is no place of the format {kept.name!r}; it has: {has}"


def _misfits(content: CampaignContent, compiled: Compiled) -> Iterator[str]:
    """What the text asks of fields that no value of their column has, whatever the row."""
    faults = tuple(comparison_faults(compiled.liquid, content.field_types))
    if faults:
        yield from faults
        return  # rendering would say the same, less clearly
    others = dict.fromkeys(fields_of(compiled), _EXAMPLE)
    for flag in ("true", "false"):
        values = {**others, **_examples(content, flag)}
        try:
            render(compiled, render_values(values, content.field_types))
        except KindUnfit as unfit:
            yield unfit.reason
        except (FieldMissing, RenderFailed):
            continue  # the example does not go with the text: the preview shows what real rows do


def _examples(content: CampaignContent, flag: str = "true") -> dict[str, str]:
    examples = _EXAMPLES | {FieldType.BOOLEAN: flag}
    return {name: examples.get(kind, _EXAMPLE) for name, kind in content.field_types.items()}


def _unprovided(content: CampaignContent, compiled: Compiled, step: Step) -> list[str]:
    """The fields no column provides, and that the text cannot do without."""
    said = {name for name, value in content.company_values.items() if value} | LINK_FIELDS
    said |= {INVITE_FIELD} if step.invites_to is not None else set()
    said |= {APPOINTMENTS} if content.campaign.asks_together else set()
    unknown = sorted(fields_of(compiled) - set(content.field_types) - said)
    examples = _examples(content)
    found = []
    for field in unknown:
        others = {name: _EXAMPLE for name in (*unknown, *said) if name != field}
        values = render_values({**examples, **others}, content.field_types)
        try:
            render(compiled, values)
        except FieldMissing as missing:
            found.append(missing.field)
        except RenderFailed:
            continue  # the example does not go with the text: the preview shows what real rows do
    return found


def _near(field: str, content: CampaignContent) -> str:
    """A suggestion, when a field of the source is written much alike."""
    near = difflib.get_close_matches(field, content.field_types, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(content.field_types)}"
