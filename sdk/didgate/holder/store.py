"""Sealed storage of a wallet: what is in it shows nothing but how many things there are.

Each entry is sealed by XChaCha20-Poly1305 under the wallet's key, bound to its kind and name.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import sqlalchemy as sa

from didgate.encoding import strict_json
from didgate.errors import InvalidInput
from didgate.keys.sealing import seal, unseal
from didgate.stores.sql import create_tables, reading, writing

Kind = Literal["credential", "key", "membership", "attestation", "check"]

WALLET_KEY_BYTES = 32

_MAX_ENTRY_BYTES = 1 << 20
_PREFIX = "didgate-wallet-v1"
_CHECK = "the key opens this wallet"

_entries = sa.Table(
    "wallet_entries",
    sa.MetaData(),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)


class SealedStore:
    """Entries of a wallet in a database.

    Args:
        engine: from ``didgate.stores.open_engine``.
        key: 32 secret bytes.

    Raises:
        InvalidInput: ``invalid_wallet_key``, or ``wrong_wallet_key`` if the wallet was made with
            another.
    """

    def __init__(self, engine: sa.Engine, key: bytes) -> None:
        if len(key) != WALLET_KEY_BYTES:
            raise InvalidInput("invalid_wallet_key", f"a wallet key has {WALLET_KEY_BYTES} bytes")
        create_tables(engine, "wallet", 1, [_entries])
        self._engine = engine
        self._key = key
        self._check_key()

    def __repr__(self) -> str:
        return f"SealedStore({self._engine.url.render_as_string(hide_password=True)})"

    def put(self, kind: Kind, name: str, content: Any) -> None:
        """Store an entry, in place of what had the name before."""
        sealed = seal(self._key, json.dumps(content).encode("utf-8"), _label(kind, name))
        mine = (_entries.c.kind == kind) & (_entries.c.name == name)
        with writing(self._engine) as connection:
            connection.execute(_entries.delete().where(mine))
            connection.execute(_entries.insert().values(kind=kind, name=name, sealed=sealed))

    def all(self, kind: Kind) -> dict[str, Any]:
        """Return all entries of a kind by name, in the order of their names.

        Raises:
            InvalidInput: ``unseal_failed`` if an entry was tampered with.
        """
        query = sa.select(_entries).where(_entries.c.kind == kind).order_by(_entries.c.name)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {row.name: self._open(kind, row.name, row.sealed) for row in rows}

    def remove(self, kind: Kind, name: str) -> bool:
        """Remove an entry, and tell whether there was one."""
        mine = (_entries.c.kind == kind) & (_entries.c.name == name)
        with writing(self._engine) as connection:
            return connection.execute(_entries.delete().where(mine)).rowcount > 0

    def _open(self, kind: Kind, name: str, sealed: bytes) -> Any:
        text = unseal(self._key, sealed, _label(kind, name))
        return strict_json.loads(text, max_bytes=_MAX_ENTRY_BYTES)

    def _check_key(self) -> None:
        try:
            if not self.all("check"):
                self.put("check", "", _CHECK)
        except InvalidInput as error:
            raise InvalidInput("wrong_wallet_key", "the key does not open the wallet") from error


def _label(kind: Kind, name: str) -> bytes:
    return "\0".join((_PREFIX, kind, name)).encode("utf-8")
