"""What a campaign's content lacks, found before anybody is sent anything."""

import pytest

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    ListMembers,
    PeopleAudience,
    PickedContacts,
)
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.preflight import content_problems
from shared.domain.campaigns.step import Step
from shared.domain.channels.channel import Channel
from shared.domain.files.source import FieldType
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template
from tests.kit.builders import a_campaign, a_step, a_template, an_email_sender, an_sms_sender

FIELDS = {
    "name": FieldType.TEXT,
    "phone": FieldType.PHONE,
    "email": FieldType.EMAIL,
    "visit": FieldType.DATETIME,
    "day": FieldType.DATE,
    "clock": FieldType.TIME,
    "balance": FieldType.NUMBER,
    "may_text": FieldType.BOOLEAN,
}
SMS_STEP = a_step(address_field="phone")
MAIL_STEP = Step(
    id="mail", channel=Channel("email"), template_id="letter", sender_id="mails", address_field="email"
)
LETTER = a_template(id="letter", name="Letter", channel=Channel("email"), subject="Your visit", body="Hello")


def content(
    body: str = "Hello {{ name }}",
    *,
    steps: tuple[Step, ...] = (SMS_STEP,),
    letter: Template = LETTER,
    sender: Sender | None = None,
    expires_field: str | None = None,
) -> CampaignContent:
    return CampaignContent(
        campaign=a_campaign(steps=steps, expires_field=expires_field),
        templates={"reminder": a_template(body=body), "letter": letter},
        senders={"texts": sender or an_sms_sender(), "mails": an_email_sender()},
        field_types=FIELDS,
        dedupe_key=("phone",),
        content_hash="",
        field_regions={},
        company_time_zone="America/New_York",
        default_region="US",
    )


def problems(given: CampaignContent) -> list[tuple[str, str]]:
    return [(one.field, one.reason) for one in content_problems(given)]


@pytest.mark.parametrize(
    ("body", "is_listed"),
    [
        ("{% for one in appointments %}{{ one.number }}: {{ one.name }} {% endfor %}", True),
        ("Your visits: {{ appointments | size }}", True),
        ("Hello {{ name }}", False),
    ],
)
def test_what_asks_together_lists_all_that_it_asks_about(body: str, is_listed: bool) -> None:
    given = content(body)
    asking = replace(given, campaign=replace(given.campaign, asks_together=True))
    found = [reason for place, reason in problems(asking) if "must list all" in reason]
    assert bool(found) is not is_listed
    assert problems(content("Hello {{ name }}")) == []


def test_a_format_lists_them_in_its_places() -> None:
    given = content("")
    values = {"1": "{% for one in appointments %}{{ one.number }}{% endfor %}"}
    template = a_template(body="", content_id="HX1", content_values=values)
    asking = replace(
        given, campaign=replace(given.campaign, asks_together=True), templates={"reminder": template}
    )
    assert "must list all" not in str(problems(asking))


def test_good_content_has_none() -> None:
    assert problems(content(steps=(SMS_STEP, MAIL_STEP))) == []


def test_a_sender_without_an_address_cannot_send() -> None:
    given = content(sender=replace(an_sms_sender(), address=" "))
    assert problems(given) == [("steps[0].sender_id", "this sender has no address to send from")]


def test_the_address_must_be_a_field_of_the_source() -> None:
    near = content(steps=(replace(SMS_STEP, address_field="phones"),))
    assert problems(near) == [
        ("steps[0].address_field", "'phones' is not a field of the source; did you mean 'phone'?")
    ]
    far = content(steps=(SMS_STEP, replace(MAIL_STEP, address_field="xyz")))
    assert problems(far) == [
        (
            "steps[1].address_field",
            "'xyz' is not a field of the source; it has: name, phone, email, visit, day, clock, balance, "
            "may_text",
        )
    ]


def test_a_letter_needs_a_subject_and_a_body() -> None:
    empty = replace(LETTER, subject=" ", body="\n")
    assert problems(content(steps=(SMS_STEP, MAIL_STEP), letter=empty)) == [
        ("steps[1].template_id", "the template 'Letter' has no body"),
        ("steps[1].template_id", "the template 'Letter' has no subject"),
    ]


def reasons(body: str) -> list[str]:
    found = problems(content(body))
    assert {field for field, _ in found} <= {"steps[0].template_id"}
    return [reason for _, reason in found]


def test_a_field_that_no_column_provides_is_named_with_one_like_it() -> None:
    assert reasons("Hello {{ nme }}, {{ elsewhere }}") == [
        "the template 'Reminder' needs the field 'elsewhere', which no column of the source provides; it "
        "has: name, phone, email, visit, day, clock, balance, may_text",
        "the template 'Reminder' needs the field 'nme', which no column of the source provides; did you mean "
        "'name'?",
    ]


def test_a_field_that_the_text_can_do_without_is_not_needed() -> None:
    assert reasons("Hello {% if nickname %}{{ nickname }}{% else %}{{ name }}{% endif %}") == []
    assert reasons("Hello {{ nickname | default: 'you' }}") == []


def test_a_subject_is_looked_at_too() -> None:
    letter = replace(LETTER, subject="For {{ surname }}")
    ((field, reason),) = problems(content(steps=(MAIL_STEP,), letter=letter))
    assert field == "steps[0].template_id"
    assert "needs the field 'surname'" in reason


@pytest.mark.parametrize(
    "body",
    [
        "{{ visit | date: '%H:%M' }}",
        "{{ day | date: '%b %d' }}",
        "{{ clock | date: '%H:%M' }}",
        "{{ balance | plus: 1 }}",
        "{% if may_text %}{{ name }}{% endif %}",
        "{% if balance > 5 %}{{ name }}{% endif %}",
    ],
)
def test_what_goes_with_its_columns_type_is_good(body: str) -> None:
    assert reasons(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "{{ day | date: '%H:%M' }}",  # a date has no hour
        "{{ clock | date: '%b %d' }}",  # and a time no day
        "{% if may_text %}{{ day | date: '%H' }}{% endif %}",  # whatever the flag says
        "{% unless may_text %}{{ day | date: '%H' }}{% endunless %}",
        "{% if balance == 'much' %}x{% endif %}",
        "{% if may_text == 'yes' %}x{% endif %}",
    ],
)
def test_what_no_value_of_a_column_has_is_found(body: str) -> None:
    (reason,) = reasons(body)
    assert reason.startswith("the template 'Reminder' does not go with the source: ")


def test_the_same_fault_is_told_once() -> None:
    assert len(reasons("{{ day | date: '%H' }} {{ day | date: '%H' }}")) == 1


def test_a_field_after_which_a_message_is_of_no_use_says_a_moment() -> None:
    assert problems(content(expires_field="visit")) == problems(content(expires_field="day")) == []
    ((field, reason),) = problems(content(expires_field="balance"))
    assert (field, reason) == (
        "expires_field",
        "'balance' is a number field; name a date, or a datetime, after which the message is of no use",
    )
    ((field, reason),) = problems(content(expires_field="clock"))
    assert field == "expires_field"
    assert reason.startswith("'clock' is a time of day without its date, so it says no moment.")
    assert problems(content(expires_field="nothing")) == []  # said where the campaign is saved


A_LIST = ListMembers(list_id="l1")


def mailing(
    html: str = "",
    *,
    region: str = "US",
    address: str = "1 Main Street",
    included: Chosen = A_LIST,
    **changes: object,
) -> CampaignContent:
    """A mail to a list."""
    letter = replace(LETTER, html=html, **changes)  # type: ignore[arg-type]  # its fields
    given = content(steps=(MAIL_STEP,), letter=letter)
    campaign = replace(given.campaign, audience=PeopleAudience(include=(included,)))
    values = {"company_name": "Acme", "company_postal_address": address}
    return replace(given, campaign=campaign, default_region=region, company_values=values)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (mailing(), ["CAN-SPAM"]),
        (mailing(region="CA"), ["Canada"]),
        (mailing(region="DE"), ["DDG"]),
        (mailing(region="GB"), []),
        (mailing(included=Everybody()), ["CAN-SPAM"]),
        (mailing(included=PickedContacts(contact_ids=("c1",))), []),
        (mailing(body="Hello\n{{ company_postal_address }}"), []),
        (mailing("<p>Hello</p>", body="Hello {{ company_postal_address }}"), ["CAN-SPAM"]),
        (mailing("<p>{{ company_name }}, {{ company_postal_address }}</p>"), []),
        (mailing("<p>{{ company_postal_address }}</p>", address=""), ["set its postal_address"]),
        (replace(mailing(), campaign=content(steps=(MAIL_STEP,)).campaign), []),
    ],
)
def test_a_mail_to_lists_says_where_the_company_can_be_written_to(
    given: CampaignContent, said: list[str]
) -> None:
    found = problems(given)
    assert [field for field, _ in found] == ["steps[0].template_id"] * len(said)
    for (_, reason), words in zip(found, said, strict=True):
        assert words in reason


def test_html_needs_the_fields_that_it_names_too() -> None:
    letter = replace(LETTER, html="<p>{{ nme }}</p>")
    [(field, reason)] = problems(content(steps=(MAIL_STEP,), letter=letter))
    assert (field, "did you mean 'name'?" in reason) == ("steps[0].template_id", True)
