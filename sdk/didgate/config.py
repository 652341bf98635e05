"""Where didgate keeps its files, and the settings it takes from the environment.

The environment is an argument: nothing is read when a module is imported. A variable that begins
with ``DIDGATE_`` and is not known is an error, since a misspelt setting would silently be lost.

>>> settings = Settings.from_environment({"DIDGATE_HOME": "/srv/didgate"})
>>> str(settings.home.gate), settings.max_staleness.total_seconds()
('/srv/didgate/gate.sqlite', 30.0)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from didgate.errors import InvalidInput

_PREFIX = "DIDGATE_"
_KNOWN = frozenset(
    {
        "DIDGATE_HOME",
        "DIDGATE_RPC_URL",
        "DIDGATE_RPC_QUORUM",
        "DIDGATE_FINALITY",
        "DIDGATE_ACCOUNT",
        "DIDGATE_PASSPHRASE",
        "DIDGATE_PASSPHRASE_FILE",
        "DIDGATE_MAX_STALENESS",
        "DIDGATE_BLOCK_TIME",
        "DIDGATE_ANCHOR_ACCOUNT",
        "DIDGATE_EVIDENCE",
        # These two steer the test suite and mean nothing here.
        "DIDGATE_CI",
        "DIDGATE_VECTORS",
    }
)
_LONGEST = timedelta(hours=1)
_RPC_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_MAX_PROVIDERS = 16
_MAX_DEPTH = 100_000
_MAX_PASSPHRASE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything didgate keeps on this machine.

    Args:
        root: path of the folder; it need not be there yet.
    """

    root: Path

    def create(self) -> None:
        """Make the folder, open to its owner alone, if it is not there.

        Raises:
            InvalidInput: ``unusable_home``.
        """
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self.root.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            message = f"the folder {self.root} cannot be made"
            raise InvalidInput("unusable_home", message) from error

    @property
    def keystore(self) -> Path:
        """The encrypted keys."""
        return self.root / "keystore.json"

    @property
    def chain(self) -> Path:
        """The embedded chain."""
        return self.root / "chain.sqlite"

    @property
    def deployment(self) -> Path:
        """The addresses of the contracts."""
        return self.root / "deployment.json"

    @property
    def gate(self) -> Path:
        """The gate's challenges, quotas and receipts."""
        return self.root / "gate.sqlite"

    @property
    def evidence(self) -> Path:
        """The sealed evidence of the gate's decisions, if it keeps any."""
        return self.root / "evidence"

    @property
    def issuer(self) -> Path:
        """What the issuers of this machine have issued."""
        return self.root / "issuer.sqlite"

    @property
    def wallet(self) -> Path:
        """The holder's credentials."""
        return self.root / "wallet.sqlite"


@dataclass(frozen=True, slots=True)
class PassphraseSource:
    """Where the passphrase of the keystore comes from: the environment, a file, or a person.

    Args:
        value: the passphrase itself.
        file: path of a file that holds it, such as a mounted secret.
    """

    value: str | None = field(default=None, repr=False)
    file: Path | None = None

    def read(self, ask: Callable[[], str] | None = None) -> str:
        """Return the passphrase.

        Args:
            ask: asks a person, if nothing else gives the passphrase; None where nobody is there.

        Raises:
            InvalidInput: ``passphrase_missing`` or ``passphrase_unreadable``.
        """
        if self.value is not None:
            passphrase = self.value
        elif self.file is not None:
            passphrase = _read_passphrase(self.file)
        else:
            passphrase = ask() if ask else ""
        if not passphrase:
            raise InvalidInput("passphrase_missing", "there is no passphrase for the keystore")
        return passphrase


def _read_passphrase(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_PASSPHRASE_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the passphrase file {file} cannot be read"
        raise InvalidInput("passphrase_unreadable", message) from error
    if len(content) > _MAX_PASSPHRASE_BYTES:
        raise InvalidInput("passphrase_unreadable", f"the passphrase file {file} is too long")
    # Editors end the line; the passphrase does not include that.
    return text.removesuffix("\n").removesuffix("\r")


class FinalityRule(StrEnum):
    """Which block counts as one that will not be replaced."""

    FINALIZED = "finalized"
    SAFE = "safe"
    DEPTH = "depth"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Finality:
    """By what a network's final block is known; the latest block must allow in any case.

    >>> Finality.parse("depth:12")
    Finality(rule=<FinalityRule.DEPTH: 'depth'>, depth=12)

    Args:
        rule: ``FINALIZED`` and ``SAFE`` ask the network; ``DEPTH`` counts blocks below the head;
            ``NONE`` takes the latest block for both.
        depth: how many blocks below the head, for ``DEPTH`` alone.
    """

    rule: FinalityRule = FinalityRule.FINALIZED
    depth: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``finalized``, ``safe``, ``depth:N`` or ``none``.

        Raises:
            InvalidInput: ``invalid_finality``.
        """
        name, _, number = text.partition(":")
        valid = number.isascii() and number.isdigit() and len(number) < 7
        if name == FinalityRule.DEPTH and valid and 0 < int(number) <= _MAX_DEPTH:
            return cls(FinalityRule.DEPTH, int(number))
        if text in {FinalityRule.FINALIZED, FinalityRule.SAFE, FinalityRule.NONE}:
            return cls(FinalityRule(text))
        raise InvalidInput(
            "invalid_finality",
            f"finality is finalized, safe, none, or depth:N with N from 1 to {_MAX_DEPTH}",
        )

    def __str__(self) -> str:
        return f"depth:{self.depth}" if self.rule is FinalityRule.DEPTH else self.rule.value


@dataclass(frozen=True, slots=True)
class Settings:
    """What a program of didgate is told by its environment.

    Args:
        home: ``DIDGATE_HOME``, the folder ``.didgate`` here by default.
        rpc_urls: ``DIDGATE_RPC_URL``, the chain's JSON-RPC endpoints, several separated by commas
            or spaces; none for the embedded chain. They may hold access keys, so they are not
            shown.
        rpc_quorum: ``DIDGATE_RPC_QUORUM``: how many of the endpoints must say the same for it to
            be believed; by default more than half.
        account: ``DIDGATE_ACCOUNT``, the name in the keystore of the account that pays and signs
            transactions.
        passphrase: ``DIDGATE_PASSPHRASE`` or ``DIDGATE_PASSPHRASE_FILE``.
        max_staleness: ``DIDGATE_MAX_STALENESS`` in seconds: how old the last reading of the chain
            may be for a decision to rest on it.
        block_time: ``DIDGATE_BLOCK_TIME`` in seconds: how often the network makes a block by
            itself. Set it wherever that is so: only then is a node that stands still found out.
        anchor_account: ``DIDGATE_ANCHOR_ACCOUNT``, the name in the keystore of the account that
            anchors the gate's receipts, and no other gate's; None where they are not anchored.
        keep_evidence: ``DIDGATE_EVIDENCE``, ``keep`` or ``none`` (the default): whether the gate
            keeps what its decisions saw, sealed. It is personal data.
        finality: ``DIDGATE_FINALITY``: which block beside the latest must allow as well.
    """

    home: Home = field(default_factory=lambda: Home(Path(".didgate")))
    rpc_urls: tuple[str, ...] = field(default=(), repr=False)
    rpc_quorum: int | None = None
    account: str = "default"
    passphrase: PassphraseSource = field(default_factory=PassphraseSource)
    max_staleness: timedelta = timedelta(seconds=30)
    block_time: timedelta | None = None
    anchor_account: str | None = None
    keep_evidence: bool = False
    finality: Finality = Finality()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Args:
            environment: names and values, as ``os.environ`` has them; an empty value counts as
                none.

        Raises:
            InvalidInput: ``unknown_setting``, ``conflicting_settings`` or ``invalid_setting``.
        """
        values = {name: text for name, text in environment.items() if name.startswith(_PREFIX)}
        if unknown := sorted(values.keys() - _KNOWN):
            raise InvalidInput("unknown_setting", f"there is no setting {', '.join(unknown)}")
        values = {name: text for name, text in values.items() if text}
        rpc_urls = _rpc_urls(values.get("DIDGATE_RPC_URL", ""))
        return cls(
            home=Home(Path(values.get("DIDGATE_HOME", ".didgate"))),
            rpc_urls=rpc_urls,
            rpc_quorum=_rpc_quorum(values.get("DIDGATE_RPC_QUORUM"), len(rpc_urls)),
            account=values.get("DIDGATE_ACCOUNT", "default"),
            passphrase=_passphrase(values),
            max_staleness=_seconds(
                "DIDGATE_MAX_STALENESS", values.get("DIDGATE_MAX_STALENESS", "30")
            ),
            block_time=_optional_seconds(values, "DIDGATE_BLOCK_TIME"),
            anchor_account=values.get("DIDGATE_ANCHOR_ACCOUNT"),
            keep_evidence=_evidence(values.get("DIDGATE_EVIDENCE", "none")),
            finality=_finality(values.get("DIDGATE_FINALITY")),
        )


def _evidence(text: str) -> bool:
    if text not in {"keep", "none"}:
        raise InvalidInput("invalid_setting", "DIDGATE_EVIDENCE must be keep or none")
    return text == "keep"


def check_quorum(quorum: int | None, providers: int) -> int:
    """Return how many of so many providers must agree.

    Args:
        quorum: what was set; None for the least number that is more than half.
        providers: how many there are.

    Raises:
        InvalidInput: ``invalid_quorum``: more than there are; or half of them or fewer, so that
            two halves could each say another thing and both would be believed.
    """
    least = providers // 2 + 1
    if quorum is None:
        return least
    if not least <= quorum <= providers:
        raise InvalidInput(
            "invalid_quorum",
            f"of {providers} providers at least {least} (more than half, lest two groups that "
            f"contradict each other both be believed) and at most {providers} can be asked to "
            f"agree, not {quorum}",
        )
    return quorum


def _rpc_quorum(text: str | None, providers: int) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InvalidInput("invalid_setting", "DIDGATE_RPC_QUORUM is no number")
    if not providers:
        raise InvalidInput("conflicting_settings", "DIDGATE_RPC_QUORUM needs DIDGATE_RPC_URL")
    return check_quorum(int(text), providers)


def _rpc_urls(text: str) -> tuple[str, ...]:
    urls = tuple(text.replace(",", " ").split())
    if not all(map(_is_rpc_url, urls)):
        raise InvalidInput(
            "invalid_setting", "DIDGATE_RPC_URL holds what is no http, https, ws or wss URL"
        )
    # One provider asked at two addresses of one host would count as two that agree.
    if len(set(map(_host_and_port, urls))) < len(urls):
        raise InvalidInput("invalid_setting", "DIDGATE_RPC_URL names one host twice")
    if len(urls) > _MAX_PROVIDERS:
        raise InvalidInput("invalid_setting", f"more than {_MAX_PROVIDERS} RPC providers")
    return urls


def _is_rpc_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in _RPC_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _host_and_port(url: str) -> tuple[str | None, int]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or (443 if parts.scheme in {"https", "wss"} else 80)


def _finality(text: str | None) -> Finality:
    if text is None:
        return Finality()
    try:
        return Finality.parse(text)
    except InvalidInput as error:
        raise InvalidInput("invalid_setting", f"DIDGATE_FINALITY: {error.message}") from error


def _passphrase(values: Mapping[str, str]) -> PassphraseSource:
    value, file = values.get("DIDGATE_PASSPHRASE"), values.get("DIDGATE_PASSPHRASE_FILE")
    if value and file:
        raise InvalidInput(
            "conflicting_settings", "DIDGATE_PASSPHRASE and DIDGATE_PASSPHRASE_FILE are both set"
        )
    return PassphraseSource(value, Path(file) if file else None)


def _optional_seconds(values: Mapping[str, str], name: str) -> timedelta | None:
    return _seconds(name, values[name]) if name in values else None


def _seconds(name: str, text: str) -> timedelta:
    # int() would take signs, spaces, underscores and the digits of every script.
    valid = text.isascii() and text.isdigit() and len(text) < 10
    duration = timedelta(seconds=int(text)) if valid else timedelta(0)
    if not timedelta(0) < duration <= _LONGEST:
        raise InvalidInput(
            "invalid_setting", f"{name} must be a whole number of seconds, 1 to 3600"
        )
    return duration
