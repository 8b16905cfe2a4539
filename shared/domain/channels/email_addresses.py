"""Email addresses in their one form: the domain in lower-case ASCII."""

from email.utils import parseaddr

from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS, AddressInvalid, visible


def normalize_email(text: str, *, allows_possible: bool = False) -> str:
    """`text` with its domain in lower-case ASCII (RFC 5891). No name look-up is made.

    The local part stays as written, as only its owner's server knows whether case matters
    (RFC 5321 2.4); opt-outs and claims ignore it. Letters beyond ASCII in it (RFC 6531) are taken only with
    `allows_possible`: SendGrid refuses them. Raises AddressInvalid.
    """
    from email_validator import EmailNotValidError, validate_email  # here, as phone numbers need none of it

    if len(text) > ADDRESS_CHARACTERS:
        raise AddressInvalid("The email address is too long.")
    try:
        found = validate_email(visible(text), check_deliverability=False, allow_smtputf8=allows_possible)
    except EmailNotValidError as error:
        raise AddressInvalid(f"This is not an email address: {_first_sentence(str(error))}") from error
    return f"{found.local_part}@{found.ascii_domain}"


def received_email(text: str) -> str:
    """Who a provider says has written or was written to, without a name; as it is when it is no address."""
    written = visible(text)
    if len(written) > ADDRESS_CHARACTERS:
        written = written[: 4 * ADDRESS_CHARACTERS]  # a name may be long; nothing else is looked for
    try:
        return normalize_email(parseaddr(written)[1] or written, allows_possible=True)
    except AddressInvalid:
        return visible(text)


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."
