"""What one step says to a recipient: its template, rendered with the row's values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step
from shared.domain.campaigns.together import APPOINTMENTS, NUMBER
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.message import said
from shared.domain.templates.fill_content import fill
from shared.domain.templates.filters import apply_filters
from shared.domain.templates.provider_content import FilledContent, filled
from shared.domain.templates.rendering import (
    Compiled,
    RenderFailed,
    check_line,
    compile_text,
    fields_of,
    render,
    render_values,
)
from shared.domain.templates.template_language import FieldMissing


class NotPlanned(Exception):
    """A recipient cannot become a message of the step; `facts` are what is to be mended."""

    def __init__(self, step: FailureStep, field: str, value: str, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.facts = {"failed_at": step, "field": field, "value": value, "kind": kind, "reason": reason}


class Texts(Struct, frozen=True, kw_only=True):
    """What one message says: `html` is what mail programs show in place of `body`, if there is one.

    `media_urls` are the addresses of files beside it, which are looked at later (find_linked_files.py).
    `content` is the provider's format that it is sent as: `body` is then what that says.
    """

    subject: str
    body: str
    html: str = ""
    media_urls: tuple[str, ...] = ()
    content: FilledContent | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """All of it, as it is compared and sealed."""
        return said(self.subject, self.body, self.html, self.media_urls, self.content)


class Renderer:
    """Renders the template of one step of one content."""

    def __init__(self, content: CampaignContent, step: Step) -> None:
        template = content.templates[step.template_id]
        self._content = content
        self._step = step
        self._subject = compile_text(template.subject, template.language)
        self._body = compile_text(template.body, template.language)
        self._html = compile_text(template.html, template.language, is_html=True)
        self._media = tuple(compile_text(url, template.language) for url in template.media_urls)
        own = content.field_types
        self._company = {name: value for name, value in content.company_values.items() if name not in own}
        self._format = content.contents.get(template.id)
        self._values = {
            name: compile_text(text, template.language) for name, text in template.content_values.items()
        }
        self.fields = frozenset(field for text in self.parts() for field in fields_of(text))

    def parts(self) -> Iterator[Compiled]:
        """Each part of the template."""
        yield from (self._subject, self._body, self._html, *self._media, *self._values.values())

    def render(
        self, values: Mapping[str, str], time_zone: str, rows: Sequence[tuple[Mapping[str, str], str]] = ()
    ) -> Texts:
        """What is said to a recipient with these values. Raises NotPlanned.

        `rows` are all that the message asks for, with their time zones, where that is more than this one.
        """
        known = {**self._company, **values}
        told = {name: known[name] for name in self.fields if name in known}
        plain = render_values(told, self._content.field_types, time_zone)
        if self._content.campaign.asks_together and APPOINTMENTS in self.fields:
            plain = {**plain, APPOINTMENTS: self._listed(rows or [(values, time_zone)])}
        try:
            subject = check_line(render(self._subject, plain), "subject")
            body, content = self._body_of(plain)
            html = render(self._html, plain)
            urls = tuple(url for part in self._media if (url := render(part, plain).strip()))
        except FieldMissing as error:
            raise NotPlanned(
                FailureStep.RENDER, error.field, "", "field missing",
                f"The template needs the field {error.field!r}, which is empty in this row.",
            ) from error  # fmt: skip
        except RenderFailed as error:
            raise NotPlanned(FailureStep.RENDER, "template", "", "template failed", str(error)) from error
        texts = Texts(subject=subject, body=body, html=html, media_urls=urls, content=content)
        self._check(texts)
        return texts

    def _listed(self, rows: Sequence[tuple[Mapping[str, str], str]]) -> list[dict[str, Any]]:
        """The rows as a list for templates, with their numbers."""
        types = self._content.field_types
        return [
            {**render_values(dict(values), types, zone), NUMBER: number}
            for number, (values, zone) in enumerate(rows, start=1)
        ]

    def _body_of(self, plain: Mapping[str, Any]) -> tuple[str, FilledContent | None]:
        """The text, and the provider's format that it is sent as, if it is one."""
        filters = self._content.campaign.filters
        if self._format is None:
            return apply_filters(render(self._body, plain), filters), None
        texts = {name: render(text, plain) for name, text in self._values.items()}
        content = fill(self._format, texts, filters)
        return filled(self._format.body, content.values), content

    def _check(self, texts: Texts) -> None:
        """What no provider would take is the recipient's failure, seen in the preview and not at the call."""
        if not texts.body.strip():
            raise NotPlanned(FailureStep.FILTER, "body", "", "text empty", "Nothing is left of the text.")
        record = self._step.channel.record
        one = record.noun[0].upper() + record.noun[1:]
        if record.lacks_subject(texts.subject):
            raise NotPlanned(FailureStep.RENDER, "subject", "", "subject empty", f"{one} needs a subject.")
        if record.is_too_long(texts.body):
            raise NotPlanned(
                FailureStep.RENDER, "body", f"{len(texts.body):,} characters", "text too long",
                f"{one} holds {record.length_limit} at most.",
            )  # fmt: skip
