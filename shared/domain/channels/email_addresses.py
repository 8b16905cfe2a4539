"""Email addresses in their one form: the domain in lower-case ASCII."""

from email_validator import EmailNotValidError, validate_email

from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS, AddressInvalid, visible


def normalize_email(text: str) -> str:
    """`text` with its domain in lower-case ASCII (RFC 5891). No name look-up is made.

    The local part stays as written, as only its owner's server knows whether case matters
    (RFC 5321 2.4); opt-outs and claims ignore it. Raises AddressInvalid.
    """
    if len(text) > ADDRESS_CHARACTERS:
        raise AddressInvalid("The email address is too long.")
    try:
        found = validate_email(visible(text), check_deliverability=False)
    except EmailNotValidError as error:
        raise AddressInvalid(f"This is not an email address: {_first_sentence(str(error))}") from error
    return f"{found.local_part}@{found.ascii_domain}"


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."
