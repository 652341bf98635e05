// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Generators} from "../types/Statement.sol";

/// @title The BBS suite of attribute credentials, on chain
/// @notice Its generators, computed by the contract itself: nobody has to trust constants.
/// @dev Contracts that verify often read what `holder` has directly, by BBSGenerators.
interface IAttributeSuite {
    /// @notice Identifier of the suite; every tag and generator derives from it.
    function apiId() external pure returns (bytes memory);

    /// @notice The account whose code is the generators: Q_1, H_1 … H_32.
    function holder() external view returns (address);

    /// @notice The generators for credentials with a number of slots.
    /// @dev InvalidMessageCount for more than 32 slots.
    /// @param slotCount Number of slots.
    /// @return Q_1, H_1 … H_n in both forms.
    function generators(uint256 slotCount) external view returns (Generators memory);
}
