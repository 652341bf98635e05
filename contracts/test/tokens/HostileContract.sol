// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Answers every call in one of the ways that readers have to be prepared for.
contract HostileContract {
    enum Manner {
        REVERTS,
        FAILS,
        BURNS,
        ANSWERS_NOTHING,
        ANSWERS_LESS,
        ANSWERS_MORE,
        ANSWERS_ONES,
        ANSWERS_MEGABYTES
    }

    Manner private immutable MANNER;

    constructor(Manner manner) {
        MANNER = manner;
    }

    fallback() external {
        if (MANNER == Manner.REVERTS) revert("no");
        if (MANNER == Manner.BURNS) while (true) {}
        uint256 manner = uint256(MANNER);
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, not(0))
            switch manner
            case 1 { invalid() }
            case 3 { return(answer, 0) }
            case 4 { return(answer, 31) }
            case 5 { return(answer, 64) }
            case 6 { return(answer, 32) }
            default { return(answer, 0x80000) }
        }
    }
}
