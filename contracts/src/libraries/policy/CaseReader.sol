// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Case} from "../../types/Judgement.sol";
import {PIN_LENGTH} from "../../types/PolicyFormat.sol";
import {Cursor} from "./PolicyReader.sol";

/// @notice An evaluation that is going on.
/// @param cursor Where in the policy it stands.
/// @param facts What the policy is evaluated on.
/// @param pins Memory address of the registries that the policy pins.
/// @param pinsEnd Memory address behind them.
/// @param nextCredential Number of the next credential leaf.
/// @param isSame Whether credentials count only if `holder` holds them.
/// @param holder The key chosen below `holder: same`; 0 for none.
struct Evaluation {
    Cursor cursor;
    Case facts;
    uint256 pins;
    uint256 pinsEnd;
    uint256 nextCredential;
    bool isSame;
    bytes32 holder;
}

using CaseReader for Evaluation global;

/// @title The registries that an evaluation rests on
library CaseReader {
    /// @dev The registry of a kind that the policy pins, and whether the code there is the pinned
    /// one. What another code says counts as unread.
    function registry(Evaluation memory evaluation, uint256 kind)
        internal
        view
        returns (address pinned, bool isVerified)
    {
        uint256 pin = evaluation.pins;
        uint256 end = evaluation.pinsEnd;
        assembly ("memory-safe") {
            for {} lt(pin, end) { pin := add(pin, PIN_LENGTH) } {
                let head := mload(pin)
                if eq(byte(0, head), kind) {
                    pinned := shr(96, shl(8, head))
                    isVerified := eq(extcodehash(pinned), mload(add(pin, 21)))
                    break
                }
            }
        }
    }
}
