// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Case} from "../types/Judgement.sol";
import {PIN_LENGTH} from "../types/PolicyFormat.sol";
import {ShownCredential} from "../types/Presented.sol";
import {Cursor, PolicyReader} from "./PolicyReader.sol";

/// @notice An evaluation that is going on.
/// @param cursor Where in the policy it stands.
/// @param facts What the policy is evaluated on.
/// @param pins Memory address of the registries that the policy pins.
/// @param pinCount How many there are.
/// @param nextCredential Number of the next credential leaf.
/// @param isSame Whether credentials count only if `holder` holds them.
/// @param holder The key chosen below `holder: same`; 0 for none.
struct Evaluation {
    Cursor cursor;
    Case facts;
    uint256 pins;
    uint256 pinCount;
    uint256 nextCredential;
    bool isSame;
    bytes32 holder;
}

using CaseReader for Evaluation global;

/// @title What an evaluation rests on: pinned registries, and what was shown
library CaseReader {
    /// @dev The registry of a kind that the policy pins, and whether the code there is the pinned
    /// one. What another code says counts as unread.
    function registry(Evaluation memory evaluation, uint256 kind)
        internal
        view
        returns (address pinned, bool isVerified)
    {
        uint256 pin = evaluation.pins;
        for (uint256 i = 0; i < evaluation.pinCount; ++i) {
            uint256 head = PolicyReader.load(pin);
            if (head >> 248 == kind) {
                pinned = address(uint160(head >> 88));
                return (pinned, pinned.codehash == bytes32(PolicyReader.load(pin + 21)));
            }
            pin += PIN_LENGTH;
        }
    }

    /// @dev The credential shown for a leaf; its form is `NONE` where there is none.
    function shownFor(Evaluation memory evaluation, uint256 leaf)
        internal
        pure
        returns (ShownCredential memory shown)
    {
        ShownCredential[] memory credentials = evaluation.facts.credentials;
        for (uint256 i = 0; i < credentials.length; ++i) {
            if (credentials[i].leaf == leaf) return credentials[i];
        }
    }
}
