// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What policies ask of a token that can be rented out (ERC-4907)
interface IERC4907 {
    /// @notice Who may use a token now; zero for no one.
    function userOf(uint256 tokenId) external view returns (address);
}
