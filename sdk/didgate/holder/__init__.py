"""Keep credentials, see what a challenge asks for, and disclose as little as will do.

A ``Wallet`` stores credentials and keys sealed; ``match`` turns a challenge into a ``Plan`` that
says in words what would be disclosed to whom; ``present`` carries the plan out. The digest that
proofs are bound to is computed from the challenge's fields after these were checked: there is no
way to have the wallet sign a digest that somebody gave it.

An account is a key that signs typed data (``KeyAccount``), one whose wallet signs texts only
(``SignInAccount``), or a contract (``ContractWallet``).
"""

from __future__ import annotations

from didgate.credentials.evidence import EvidenceSources
from didgate.holder.accounts import ContractWallet, HolderAccount, KeyAccount, SignInAccount
from didgate.holder.checks import Contact
from didgate.holder.plan import Disclosure, Plan
from didgate.holder.supplies import HeldAttestation, Supplies
from didgate.holder.wallet import StoredCredential, Wallet

__all__ = [
    "Contact",
    "ContractWallet",
    "Disclosure",
    "EvidenceSources",
    "HeldAttestation",
    "HolderAccount",
    "KeyAccount",
    "Plan",
    "SignInAccount",
    "StoredCredential",
    "Supplies",
    "Wallet",
]
