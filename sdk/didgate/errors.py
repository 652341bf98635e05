"""The whole error hierarchy, sorted by who is to blame.

Every error carries a stable ``code`` that programs may compare, and a message for people.
Messages never hold claim values, keys or tokens: they are safe to log and to send back.

>>> try:
...     raise VerificationError("nonce_mismatch", "the proof answers another challenge")
... except DidgateError as error:
...     print(error.code)
nonce_mismatch
"""

from __future__ import annotations


class DidgateError(Exception):
    """Base of all errors that didgate raises on purpose.

    Args:
        code: stable, lower-case identifier of the fault, e.g. ``"credential_expired"``.
        message: one sentence for people, free of claims and secrets.
        path: where in the input the fault lies, e.g. ``"allow.any[0].credential"``, if known.
    """

    def __init__(self, code: str, message: str, *, path: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.path = path

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message} [{self.code}]"


class InvalidInput(DidgateError):
    """The caller's input is malformed: a document, an argument, a file or a setting."""


class VerificationError(DidgateError):
    """A signature, proof, credential or presentation does not hold; its presenter is to blame."""


class AccessDenied(DidgateError):
    """Everything verified, and the answer is no: the policy, a pause, a quota or a spent grant."""


class ResolutionError(DidgateError):
    """A DID or a remote document could not be resolved within the limits."""


class ChainError(DidgateError):
    """The chain could not be read or written, or what it said cannot be relied upon."""


class StoreError(DidgateError):
    """A database could not be read or written; nobody's input is to blame."""
