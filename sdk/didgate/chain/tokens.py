"""What the contract of a token says of an account: ERC-20, ERC-721, ERC-1155 and ERC-4907.

A contract that reverts, fails, or answers anything but one word has said nothing.

>>> asked = TokenQuestion(TokenStandard.ERC20_BALANCE, "0x" + "11" * 20)
>>> answer = (1).to_bytes(32) + (32).to_bytes(32) + (500).to_bytes(32)
>>> holding(asked, "0x" + "22" * 20).decode(answer)
500
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from didgate.chain.artifacts import Entry
from didgate.chain.calls import Call
from didgate.chain.contained import UNREAD, Unread, contained_call
from didgate.chain.facts import TokenQuestion, TokenStandard

_WORD: Final = 32
_FUNCTIONS: Final[Mapping[TokenStandard, Entry]] = {
    TokenStandard.ERC20_BALANCE: Entry("balanceOf", ("address",), ("uint256",)),
    TokenStandard.ERC721_BALANCE: Entry("balanceOf", ("address",), ("uint256",)),
    TokenStandard.ERC721_OWNER: Entry("ownerOf", ("uint256",), ("address",)),
    TokenStandard.ERC1155_BALANCE: Entry("balanceOf", ("address", "uint256"), ("uint256",)),
    TokenStandard.ERC4907_USER: Entry("userOf", ("uint256",), ("address",)),
}
_NAMING_ONE: Final = frozenset({TokenStandard.ERC721_OWNER, TokenStandard.ERC4907_USER})


def holding(question: TokenQuestion, account: str) -> Call[int | Unread]:
    """How much an account holds; 1 or 0 where the question is whether it owns or may use a token.

    Args:
        question: what to ask of which contract.
        account: EIP-55 address.
    """
    call = contained_call(question.contract, _encoded(question, account), limit=_WORD)
    read = _is_account(account) if question.standard in _NAMING_ONE else int.from_bytes

    def decode(returned: bytes) -> int | Unread:
        word = call.decode(returned).word
        return UNREAD if word is None else read(word)

    return Call(call.to, call.data, decode)


def _encoded(question: TokenQuestion, account: str) -> bytes:
    function = _FUNCTIONS[question.standard]
    known = {"address": account, "uint256": question.id}
    return function.encode(*(known[kind] for kind in function.inputs))


def _is_account(account: str) -> Callable[[bytes], int | Unread]:
    """Return what compares the address in a word; a word with more in it is no address."""
    address = bytes.fromhex(account[2:])

    def compare(word: bytes) -> int | Unread:
        return UNREAD if any(word[:12]) else int(word[12:] == address)

    return compare
