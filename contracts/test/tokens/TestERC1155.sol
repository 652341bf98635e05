// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// @notice OpenZeppelin's ERC-1155 tokens, with which anyone may mint.
contract TestERC1155 is ERC1155("") {
    /// @notice Gives tokens to an account.
    /// @param account Whom to give them.
    /// @param tokenId Which token.
    /// @param amount How many.
    function mint(address account, uint256 tokenId, uint256 amount) external {
        _mint(account, tokenId, amount, "");
    }
}
