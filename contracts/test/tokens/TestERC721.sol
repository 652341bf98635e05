// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice OpenZeppelin's ERC-721 token, with which anyone may mint and burn.
contract TestERC721 is ERC721("Test", "TEST") {
    /// @notice Gives a new token to an account.
    /// @param account Whom to give it.
    /// @param tokenId Which token.
    function mint(address account, uint256 tokenId) external {
        _mint(account, tokenId);
    }

    /// @notice Takes a token out of the world.
    /// @param tokenId Which token.
    function burn(uint256 tokenId) external {
        _burn(tokenId);
    }
}
