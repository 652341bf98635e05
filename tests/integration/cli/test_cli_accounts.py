"""Accounts by command: trees of addresses, attestations, and accounts that are contracts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import Terminal, answer, challenge
from foreign_contracts import AttestationService, ForeignContract, published

from didgate.chain.calls import Receipt, Transaction
from didgate.cli.workspace import Workspace
from didgate.credentials.challenge import Challenge
from didgate.credentials.evidence import Evidence
from didgate.credentials.presentation import Presentation
from didgate.credentials.verified import VerifiedPresentation
from didgate.keys.ethereum import recover_address
from didgate.verifier import verify_presentation

ONE = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"


def document(allow: dict[str, Any]) -> dict[str, Any]:
    return {"didgate": 1, "allow": allow, "grant": {"lifetime": 60}}


def verified(members: Any, asked: Challenge) -> VerifiedPresentation:
    return verify_presentation(
        Presentation.from_dict(members), asked, Evidence(), datetime.now(UTC)
    )


@pytest.fixture
def account(wallet: Terminal) -> str:
    """An account of the wallet's own."""
    return str(wallet.json("wallet", "new-key", "--algorithm", "secp256k1")["address"])


@pytest.fixture
def members(wallet: Terminal, account: str) -> Path:
    """A file with the addresses of a tree, as people write it."""
    return wallet.write("members.txt", f"# staff\n{ONE}\n\n  {account.lower()}  # me\n")


def test_member_shows_a_proof_that_the_administrator_made(
    wallet: Terminal, account: str, members: Path
) -> None:
    made = wallet.json("list", "root", members)
    assert made["addresses"] == 2
    asked = challenge(wallet, document({"address": {"root": made["root"]}}))
    file = wallet.write("challenge.json", asked.to_dict())
    assert wallet.error(*answer("match", file))["code"] == "cannot_satisfy"

    proof = wallet.run("list", "proof", members, account).out
    added = wallet.json("wallet", "add-membership", wallet.write("proof.json", proof))
    assert (added["root"], added["address"]) == (made["root"], account)
    assert wallet.json(*answer("match", file))["memberships"] == [made["root"]]

    shown = verified(wallet.json(*answer("present", file), "--yes"), asked)
    assert shown.memberships == frozenset({(bytes.fromhex(made["root"][2:]), account)})


def test_tree_is_that_of_the_addresses_however_they_are_listed(
    wallet: Terminal, account: str, members: Path
) -> None:
    root = wallet.json("list", "root", members)["root"]
    as_json = wallet.write("members.json", json.dumps([account, ONE]))
    as_yaml = wallet.write("members.yaml", f'- "{account}"\n- "{ONE}"\n')
    assert wallet.json("list", "root", as_json)["root"] == root
    assert wallet.json("list", "root", as_yaml)["root"] == root


@dataclass(frozen=True)
class Paying:
    """Sends transactions of the account of this machine."""

    workspace: Workspace

    def send(self, transaction: Transaction) -> Receipt:
        return self.workspace.chain.send(self.workspace.account, transaction)


@dataclass(frozen=True)
class Attested:
    """An attestation about an account, and the service that holds it."""

    service: str
    uid: str
    schema: str
    attester: str


@pytest.fixture
def attested(wallet: Terminal, account: str) -> Attested:
    with Workspace.from_environment() as workspace:
        paying = Paying(workspace)
        service = AttestationService.deploy(paying)
        schema = service.register(paying, "bool cleared")
        uid = service.attest(paying, schema, account)
        attester = workspace.account_address
    return Attested(service.address, "0x" + uid.hex(), "0x" + schema.hex(), attester)


def test_attestation_is_named_where_one_is_asked_for(
    wallet: Terminal, account: str, attested: Attested
) -> None:
    asked_of = {"schema": attested.schema, "attesters": [attested.attester]}
    pin = {"address": attested.service, "codeHash": "0x" + "11" * 32}
    policy = document({"attestation": asked_of}) | {"registries": {"attestations": pin}}
    asked = challenge(wallet, policy)
    added = wallet.json("wallet", "add-attestation", attested.uid, "--service", attested.service)
    assert added["schema"] == attested.schema
    assert (added["attester"], added["recipient"]) == (attested.attester, account)
    file = wallet.write("challenge.json", asked.to_dict())
    assert wallet.json(*answer("match", file))["attestations"] == [attested.uid]
    shown = verified(wallet.json(*answer("present", file), "--yes"), asked)
    assert shown.attestations == (bytes.fromhex(attested.uid[2:]),)


def test_proofs_are_listed_and_forgotten(
    wallet: Terminal, account: str, members: Path, attested: Attested
) -> None:
    proof = wallet.write("proof.json", wallet.run("list", "proof", members, account).out)
    wallet.json("wallet", "add-membership", proof)
    wallet.json("wallet", "add-attestation", attested.uid, "--service", attested.service)
    listed = wallet.json("wallet", "proofs")
    assert [each["kind"] for each in listed] == ["membership", "attestation"]
    assert {each["account"] for each in listed} == {account}
    for each in listed:
        assert wallet.json("wallet", "remove-proof", each["id"])["removed"]
    assert wallet.json("wallet", "proofs") == []
    assert wallet.error("wallet", "remove-proof", "feed")["code"] == "unknown_proof"


def test_error_attestation_that_does_not_count(wallet: Terminal, attested: Attested) -> None:
    words = ("wallet", "add-attestation")
    at_service = ("--service", attested.service)
    unknown = wallet.error(*words, "0x" + "ab" * 32, *at_service)
    assert unknown["code"] == "unknown_attestation"
    nothing = wallet.error(*words, attested.uid, "--service", ONE)
    assert nothing["code"] == "not_an_attestation_service"
    with Workspace.from_environment() as workspace:
        paying = Paying(workspace)
        service = ForeignContract(attested.service, published("EAS").abi)
        revoked = (bytes.fromhex(attested.schema[2:]), (bytes.fromhex(attested.uid[2:]), 0))
        paying.send(service.change("revoke", revoked))
    error = wallet.error(*words, attested.uid, *at_service)
    assert error["code"] == "attestation_revoked"


def test_contract_is_shown_by_the_key_of_its_owner(wallet: Terminal) -> None:
    policy = document({"token": {"standard": "ERC-721", "contract": ONE, "atLeast": 1}})
    asked = challenge(wallet, policy)
    file = wallet.write("challenge.json", asked.to_dict())
    owner = wallet.json("chain", "status")["address"]
    for chosen in ((), ("--account", "default")):
        words = (*answer("present", file), "--contract", OTHER.lower(), *chosen, "--yes")
        shown = verified(wallet.json(*words), asked)
        (contract,) = shown.contract_accounts
        assert contract.address == OTHER
        assert recover_address(contract.digest, contract.signature) == owner
    with Workspace.from_environment() as workspace:
        assert workspace.account_address == owner


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_tree"),
        (f"{ONE}\n{ONE.lower()}", "duplicate_address"),
        ("0x1234", "invalid_address"),
        ("[7]", "invalid_address"),
        ("[", "invalid_json"),
    ],
)
def test_error_file_that_makes_no_tree(terminal: Terminal, content: str, code: str) -> None:
    file = terminal.write("members.txt", content)
    assert terminal.error("list", "root", file)["code"] == code


def test_error_proof_for_a_stranger(wallet: Terminal, members: Path) -> None:
    assert wallet.error("list", "proof", members, OTHER)["code"] == "not_in_tree"


def test_error_proof_that_leads_elsewhere(wallet: Terminal, account: str, members: Path) -> None:
    proof = json.loads(wallet.run("list", "proof", members, account).out)
    for changes, code in (
        ({"root": "0x" + "00" * 32}, "membership_invalid"),
        ({"proof": "x"}, "presentation_malformed"),
    ):
        file = wallet.write("proof.json", proof | changes)
        assert wallet.error("wallet", "add-membership", file)["code"] == code


def test_error_contract_that_is_no_address(wallet: Terminal) -> None:
    asked = challenge(wallet, document({"address": {"root": "0x" + "11" * 32}}))
    file = wallet.write("challenge.json", asked.to_dict())
    error = wallet.error(*answer("match", file), "--contract", "0x00")
    assert error["code"] == "invalid_address"
