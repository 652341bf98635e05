// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Many questions to one contract, answered in one call
/// @notice Never deployed: a node is asked to create it by `eth_call`, and what would become its
/// code is the answers. So it needs no address, no transaction and no trust of its own, and works
/// on every chain whose nodes run creation code in calls.
/// @dev The answers stand one after the other, in the order of the questions: a word of four bytes
/// whose highest bit says that the contract did not revert and whose other bits are the length, then
/// what it returned or reverted with. Code has a limited length (EIP-170), so the answers end where
/// the next one would exceed it: the caller asks the rest again.
contract Questionnaire {
    /// @dev EIP-170.
    uint256 private constant MAX_LENGTH = 24_576;

    /// @param target The contract.
    /// @param questions Encoded calls; the contract may not change state in them.
    constructor(address target, bytes[] memory questions) {
        uint256 length = questions.length;
        // Solidity copies what a call returns, has no way to append to memory in place, and has no
        // statement by which a constructor returns code of its own choice.
        assembly ("memory-safe") {
            let start := mload(0x40)
            let end := start
            let entry := add(questions, 0x20)
            for { let last := add(entry, shl(5, length)) } lt(entry, last) {
                entry := add(entry, 0x20)
            } {
                let question := mload(entry)
                let succeeded :=
                    staticcall(gas(), target, add(question, 0x20), mload(question), 0, 0)
                let size := returndatasize()
                let next := add(add(end, 4), size)
                if gt(sub(next, start), MAX_LENGTH) { break }
                mstore(end, shl(224, or(shl(31, succeeded), size)))
                returndatacopy(add(end, 4), 0, size)
                end := next
            }
            return(start, sub(end, start))
        }
    }
}
