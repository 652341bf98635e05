// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Reads other contracts without trusting them to answer
/// @dev A call that fails, or an answer of another length or range than its type has, is "unread":
/// it never reverts. Only as many bytes of an answer are copied as are asked for, so no answer is too
/// long. In assembly, because a call in Solidity copies all that comes back (docs/decisions/0017).
library ChainReads {
    /// @dev What a read may spend, as with the SDK: a contract that wants more is unread. All 64
    /// leaves that a policy may have can spend it within one transaction (EIP-7825).
    uint256 private constant READ_GAS = 200_000;

    /// @dev Asks a contract a question of one argument; see the other form.
    function ask(address target, bytes4 selector, uint256 argument, uint256 count)
        internal
        view
        returns (uint256 size, uint256 answer)
    {
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(answer, selector)
            mstore(add(answer, 4), argument)
            if staticcall(READ_GAS, target, answer, 36, answer, shl(5, count)) {
                size := returndatasize()
            }
        }
    }

    /// @dev Asks a contract a question of two arguments.
    /// @param count How many words of the answer to keep.
    /// @return size Length of the whole answer in bytes; 0 where there is none.
    /// @return answer Memory address of its first words. They stand in memory that is not taken:
    /// read them before anything else takes it.
    function ask(address target, bytes4 selector, uint256 first, uint256 second, uint256 count)
        internal
        view
        returns (uint256 size, uint256 answer)
    {
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(answer, selector)
            mstore(add(answer, 4), first)
            mstore(add(answer, 36), second)
            if staticcall(READ_GAS, target, answer, 68, answer, shl(5, count)) {
                size := returndatasize()
            }
        }
    }
}
