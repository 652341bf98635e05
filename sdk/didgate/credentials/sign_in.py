"""Sign-in texts (EIP-4361) by which an account takes part in a presentation.

For wallets that sign no typed data. The text is closed: challenge, bundle, account and the moment
it was made give every byte of it, and a verifier composes it anew and compares. Its nonce is the
digest that the account would sign under EIP-712, so the text binds all that the digest binds; its
other lines repeat of that what a wallet looks at before it lets its owner sign.

>>> personal_digest("hello").hex()[:16]
'50b2c43fd39106ba'
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from didgate.credentials.binding import address_control_digest
from didgate.credentials.challenge import Challenge
from didgate.credentials.verified import DateTime
from didgate.encoding import keccak256
from didgate.errors import InvalidInput, VerificationError

STATEMENT: Final = (
    "This account is mine, and takes part in the one presentation that the nonce names."
)
MAX_AGE: Final = timedelta(minutes=5)
CLOCK_SKEW: Final = timedelta(minutes=1)

_ISSUED_AT = re.compile(r"^Issued At: (.*)$", re.MULTILINE)


def compose(challenge: Challenge, bundle: bytes, account: str, issued_at: DateTime) -> str:
    """Return the text that an account signs.

    Args:
        challenge: what is answered.
        bundle: computed from what is presented.
        account: the account's EIP-55 address.
        issued_at: when the text is made.

    Raises:
        InvalidInput: ``invalid_address``.
    """
    domain = urlsplit(challenge.audience).netloc
    nonce = address_control_digest(challenge, bundle, account).hex()
    return "\n".join(
        (
            f"{domain} wants you to sign in with your Ethereum account:",
            account,
            "",
            STATEMENT,
            "",
            f"URI: {challenge.response_uri}",
            "Version: 1",
            f"Chain ID: {challenge.chain_id}",
            f"Nonce: {nonce}",
            f"Issued At: {issued_at}",
            f"Expiration Time: {DateTime(challenge.deadline)}",
        )
    )


def check_message(
    message: str, challenge: Challenge, bundle: bytes, account: str, now: datetime
) -> None:
    """Check that a text is the one for this challenge, bundle and account, made just now.

    Args:
        message: as received.
        challenge: what the presentation answers, still open.
        bundle: computed from what was presented.
        account: the account's EIP-55 address.
        now: aware UTC time.

    Raises:
        VerificationError: ``sign_in_mismatch``, or ``sign_in_stale`` if it is more than five
            minutes old, or dated ahead.
    """
    issued_at = _issued_at(message)
    if message != compose(challenge, bundle, account, issued_at):
        raise VerificationError("sign_in_mismatch", "the sign-in text says something else")
    if not now - MAX_AGE <= issued_at.to_datetime() <= now + CLOCK_SKEW:
        raise VerificationError("sign_in_stale", "the sign-in text was not made just now")


def personal_digest(message: str) -> bytes:
    """Return the 32 bytes that an account signs for a text (EIP-191, version 45)."""
    content = message.encode("utf-8")
    return keccak256(b"\x19Ethereum Signed Message:\n%d" % len(content) + content)


def _issued_at(message: str) -> DateTime:
    found = _ISSUED_AT.findall(message)
    try:
        if len(found) == 1:
            return DateTime.parse(found[0])
    except InvalidInput as error:
        raise _undated() from error
    raise _undated()


def _undated() -> VerificationError:
    return VerificationError("sign_in_mismatch", "the sign-in text does not say when it was made")
