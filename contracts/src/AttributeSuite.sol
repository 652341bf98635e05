// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeSuite} from "./interfaces/IAttributeSuite.sol";
import {BBSGenerators} from "./libraries/bbs/BBSGenerators.sol";
import {TypedMessages} from "./libraries/attributes/TypedMessages.sol";
import {Generators} from "./types/Statement.sol";

/// @title The generators of the suite for attribute credentials
/// @notice Has no owner and no state that could change. Needs the precompiles of EIP-2537 to be made.
/// @dev What each function does stands in IAttributeSuite.
contract AttributeSuite is IAttributeSuite {
    uint256 private constant MAX_SLOTS = 32;

    /// @inheritdoc IAttributeSuite
    address public immutable holder;

    constructor() {
        holder = BBSGenerators.store(BBSGenerators.create(TypedMessages.API_ID, MAX_SLOTS + 1));
    }

    /// @inheritdoc IAttributeSuite
    function generators(uint256 slotCount) external view returns (Generators memory) {
        return BBSGenerators.read(holder, slotCount);
    }

    /// @inheritdoc IAttributeSuite
    function apiId() external pure returns (bytes memory) {
        return TypedMessages.API_ID;
    }
}
