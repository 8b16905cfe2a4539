"""Credentials: as somebody enters them, and as they are read to send with."""

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.senders.sender import Sender
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.providers.registry import check_credentials, credentials_of, open_account, open_history
from shared.providers.sendgrid.account import SendGridAccount
from shared.providers.sendgrid.credentials import SendGridCredentials
from shared.providers.twilio.account import TwilioAccount
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.history import TwilioHistory
from tests.kit.builders import an_email_sender, an_sms_sender
from tests.providers.test_registry import SENDGRID, SETTINGS, TWILIO

ACCOUNT = "AC" + "0" * 32


def faults(provider: str, fields: dict[str, object], where: str = "") -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        check_credentials(provider, fields, where)
    return [(problem.field, problem.reason) for problem in caught.value.problems]


def test_good_ones_are_kept_without_blanks_around_them() -> None:
    entered: dict[str, object] = {"account_sid": f" {ACCOUNT} ", "auth_token": " token\n"}
    assert check_credentials("twilio", entered) == {"account_sid": ACCOUNT, "auth_token": "token"}


@pytest.mark.parametrize(
    "account",
    ["AC" + "0" * 31, "AC" + "0" * 33, "SK" + "0" * 32, "ac" + "0" * 32, "AC" + "-" * 32],
)
def test_an_accounts_id_has_its_form(account: str) -> None:
    assert faults("twilio", {"account_sid": account, "auth_token": "token"}) == [
        ("account_sid", "must be the account's id: AC and 32 more characters")
    ]


EXPECTED = "twilio credentials are: account_sid, auth_token"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"auth_token": "to ken"}, "must be plain characters without blanks: check that it was copied right"),
        ({"auth_token": "tök"}, "must be plain characters without blanks: check that it was copied right"),
        ({"auth_token": "a\tb"}, "must be plain characters without blanks: check that it was copied right"),
        ({"auth_token": " "}, "string should have at least 1 character"),
        ({"auth_token": "x" * 501}, "string should have at most 500 characters"),
        ({"auth_token": 5}, "input should be a valid string"),
    ],
)
def test_a_secret_is_plain_characters(changes: dict[str, object], fault: str) -> None:
    assert faults("twilio", {"account_sid": ACCOUNT, "auth_token": "token"} | changes) == [
        ("auth_token", fault)
    ]
    longest: dict[str, object] = {"account_sid": ACCOUNT, "auth_token": "x" * 500}
    assert check_credentials("twilio", longest)["auth_token"] == "x" * 500


def test_a_field_that_is_missing_or_not_known_is_named_after_where_it_stands() -> None:
    assert faults("twilio", {"auth_token": "token", "api_key": "k"}, "credentials.") == [
        ("credentials.account_sid", f"is required; {EXPECTED}"),
        ("credentials.api_key", f"is not known here; {EXPECTED}"),
    ]


def test_of_a_long_name_of_a_field_the_first_hundred_characters_are_repeated() -> None:
    ((field, _),) = faults("twilio", {"account_sid": ACCOUNT, "auth_token": "t", "x" * 101: "y"})
    assert field == "x" * 100


def test_a_provider_that_is_none_is_refused_with_those_there_are() -> None:
    ((field, reason),) = faults("smoke", {})
    assert field == "provider"
    assert reason.startswith("is not known here; known are: twilio, sendgrid")


def test_stored_ones_are_read() -> None:
    stored = {"account_sid": "AC1", "auth_token": "very-secret"}
    assert credentials_of(an_sms_sender(), stored) == TWILIO
    assert credentials_of(
        an_email_sender(), {"api_key": "SG.secret", "webhook_public_key": "secret-key"}
    ) == (SENDGRID)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"account_sid": "AC1"},
        {"account_sid": "AC1", "auth_token": ""},
        {"account_sid": "AC1", "auth_token": " "},  # with an empty one anybody could sign
        {"account_sid": "AC1", "auth_token": "t", "more": "m"},
        {"api_key": "SG.secret", "webhook_public_key": "k"},
    ],
)
def test_incomplete_ones_are_none(stored: dict[str, str]) -> None:
    with pytest.raises(WrongCredentials) as caught:
        credentials_of(an_sms_sender(), stored)
    assert str(caught.value) == ("The twilio credentials of sender 'texts' must be: account_sid, auth_token.")


@pytest.mark.parametrize(
    ("sender", "credentials", "account"),
    [(an_sms_sender(), TWILIO, TwilioAccount), (an_email_sender(), SENDGRID, SendGridAccount)],
)
async def test_each_provider_has_its_account(
    sender: Sender, credentials: Credentials, account: type[object]
) -> None:
    assert isinstance(open_account(sender, credentials, SETTINGS), account)


async def test_twilio_keeps_a_list_of_what_was_sent_and_sendgrid_none() -> None:
    assert isinstance(open_history(an_sms_sender(), TWILIO, SETTINGS), TwilioHistory)
    assert open_history(an_email_sender(), SENDGRID, SETTINGS) is None


@pytest.mark.parametrize("opened", [open_account, open_history])
@pytest.mark.parametrize(("sender", "wrong"), [(an_sms_sender(), SENDGRID), (an_email_sender(), TWILIO)])
def test_others_credentials_open_nothing(
    opened: object, sender: Sender, wrong: TwilioCredentials | SendGridCredentials
) -> None:
    assert callable(opened)
    with pytest.raises(WrongCredentials):
        opened(sender, wrong, SETTINGS)
