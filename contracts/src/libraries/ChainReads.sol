// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Reads other contracts without trusting them to answer
/// @dev A call that fails, or an answer of another length or range than its type has, is "unread":
/// it never reverts. Only as many bytes of an answer are copied as are asked for.
library ChainReads {
    /// @notice The first words of an answer.
    /// @param size Length of the whole answer in bytes; 0 where there is none.
    /// @param words As many as were asked for.
    struct Answer {
        uint256 size;
        uint256[] words;
    }

    /// @dev Calls a contract and keeps the first `count` words of its answer.
    function ask(address target, bytes memory question, uint256 count)
        internal
        view
        returns (Answer memory answer)
    {
        uint256[] memory words = new uint256[](count);
        uint256 size;
        assembly ("memory-safe") {
            if staticcall(
                gas(),
                target,
                add(question, 0x20),
                mload(question),
                add(words, 0x20),
                mul(count, 32)
            ) { size := returndatasize() }
        }
        answer.size = size;
        answer.words = words;
    }

    /// @dev Whether an answer is exactly as many words as were asked for.
    function isWhole(Answer memory answer) internal pure returns (bool) {
        return answer.size == 32 * answer.words.length;
    }

    /// @dev The one number that a question is answered with.
    function askNumber(address target, bytes memory question)
        internal
        view
        returns (bool isRead, uint256 number)
    {
        Answer memory answer = ask(target, question, 1);
        return (isWhole(answer), answer.words[0]);
    }
}
