"""The contract ``IssuerRegistry``: who may attest what, and with which keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eth_abi.abi import encode

from didgate.chain.calls import Call, Transaction
from didgate.chain.contract import Contract, address, address_or_none, positive_or_none, same
from didgate.chain.facts import KeyFact, KeyKind, KeyState
from didgate.encoding import keccak256

_POSSESSION: Final = keccak256(b"didgate-key-possession-v1")


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as the registry holds it.

    Args:
        did: its DID.
        controller: EIP-55 address that acts for it.
        suspended_until: Unix seconds; suspended while the time is before it.
    """

    did: str
    controller: str
    suspended_until: int


def possession_message(*, chain_id: int, registry: str, issuer: bytes, public_key: bytes) -> bytes:
    """Return what a key must sign to be registered.

    Args:
        chain_id: the chain's number.
        registry: address of the registry.
        issuer: 32-byte id of the issuer.
        public_key: the key as the registry stores it.
    """
    return encode(
        ["bytes32", "uint256", "address", "bytes32", "bytes32"],
        [_POSSESSION, chain_id, registry, issuer, keccak256(public_key)],
    )


class IssuerRegistry(Contract):
    """Speaks to an issuer registry."""

    NAME = "IssuerRegistry"

    @classmethod
    def deployment(cls, *, root: str, suspension_delay: int) -> Transaction:
        """Deploy a registry whose ``root`` accredits and suspends.

        Args:
            root: address of the root.
            suspension_delay: seconds that the end of a suspension waits.
        """
        return cls._create(root, suspension_delay)

    def root(self) -> Call[str]:
        """Who accredits, names delegates and suspends."""
        return self._read("owner", result=address)

    def status(self) -> Call[str]:
        """Where the registry of revocations stands, which it created."""
        return self._read("status", result=address)

    def issuer(self, issuer: bytes) -> Call[Issuer | None]:
        """An issuer by its id, if it is known."""
        return self._read("issuer", issuer, result=_issuer)

    def offered_to(self, issuer: bytes) -> Call[str | None]:
        """To whom the control of an issuer is offered."""
        return self._read("offeredTo", issuer, result=address_or_none)

    def accreditation(self, issuer: bytes, type_id: bytes) -> Call[int | None]:
        """When an issuer was accredited for a type, in Unix seconds, if it is."""
        return self._read("accreditation", issuer, type_id, result=positive_or_none)

    def is_delegate(self, account: str, type_id: bytes) -> Call[bool]:
        """Whether an account may accredit for a type."""
        return self._read("isDelegate", account, type_id, result=bool)

    def key(self, key: bytes) -> Call[KeyFact | None]:
        """A key by its id, if it was registered."""
        return self._read("key", key, result=_key)

    def keys_of(self, issuer: bytes) -> Call[tuple[bytes, ...]]:
        """The ids of all keys that an issuer ever registered, oldest first."""
        return self._read("keysOf", issuer, result=tuple)

    def suspension_delay(self) -> Call[int]:
        """Seconds that the end of a suspension waits."""
        return self._read("suspensionDelay", result=int)

    def possession_message(self, issuer: bytes, public_key: bytes) -> Call[bytes]:
        """What a key must sign to be registered, as the registry sees it."""
        return self._read("possessionMessage", issuer, public_key, result=same)

    def accredit(self, did: str, type_id: bytes, controller: str) -> Transaction:
        """Accredit an issuer for a type; by the root or a delegate."""
        return self._change("accredit", did, type_id, controller)

    def withdraw_accreditation(self, issuer: bytes, type_id: bytes) -> Transaction:
        """End an accreditation at once; by the root or a delegate."""
        return self._change("withdrawAccreditation", issuer, type_id)

    def set_delegate(self, account: str, type_id: bytes, *, allowed: bool) -> Transaction:
        """Name or dismiss a delegate; by the root."""
        return self._change("setDelegate", account, type_id, allowed)

    def assign_controller(self, issuer: bytes, controller: str) -> Transaction:
        """Give an issuer another controller at once; by the root."""
        return self._change("assignController", issuer, controller)

    def offer_control(self, issuer: bytes, to: str) -> Transaction:
        """Offer the control of an issuer to another account; by its controller."""
        return self._change("offerControl", issuer, to)

    def accept_control(self, issuer: bytes) -> Transaction:
        """Take over the control that was offered."""
        return self._change("acceptControl", issuer)

    def register_key(
        self, issuer: bytes, kind: KeyKind, public_key: bytes, proof: bytes
    ) -> Transaction:
        """Register a key; by the issuer's controller.

        Args:
            issuer: id of the issuer.
            kind: what the key is for.
            public_key: EIP-2537 G2 point (256 bytes), or x ‖ y of P-256 (64 bytes).
            proof: the key's signature over ``possession_message``: BLS signature in G1 by
                EIP-2537 (128 bytes), or r ‖ s with low s (64 bytes).
        """
        return self._change("registerKey", issuer, int(kind), public_key, proof)

    def retire_key(self, key: bytes, accepted_until: int) -> Transaction:
        """Accept the key's signatures until then only, in Unix seconds; by the controller."""
        return self._change("retireKey", key, accepted_until)

    def report_compromised(self, key: bytes) -> Transaction:
        """Void all that a key ever signed, for ever; by the controller or the root."""
        return self._change("reportCompromised", key)

    def suspend(self, issuer: bytes) -> Transaction:
        """Suspend an issuer at once; by the root."""
        return self._change("suspend", issuer)

    def lift_suspension(self, issuer: bytes) -> Transaction:
        """Let a suspension end after the registry's delay; by the root."""
        return self._change("liftSuspension", issuer)


def _issuer(did: str, controller: str, suspended_until: int) -> Issuer | None:
    return Issuer(did, address(controller), suspended_until) if did else None


def _key(
    issuer: bytes, kind: int, state: int, added_at: int, accepted_until: int, public_key: bytes
) -> KeyFact | None:
    if state == 0:
        return None
    return KeyFact(issuer, kind, KeyState(state), added_at, accepted_until, public_key)
