// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice OpenZeppelin's ERC-20 token, with which anyone may mint.
contract TestERC20 is ERC20("Test", "TEST") {
    /// @notice Gives tokens to an account.
    /// @param account Whom to give them.
    /// @param amount How many of the smallest units.
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}
