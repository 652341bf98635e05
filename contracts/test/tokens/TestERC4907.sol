// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice An ERC-721 token that can be lent for a time, by the interface of ERC-4907.
contract TestERC4907 is ERC721("Test", "TEST") {
    struct Use {
        address user;
        uint64 expires;
    }

    mapping(uint256 tokenId => Use) private _uses;

    /// @notice A token was lent, or its use was ended.
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Gives a new token to an account.
    /// @param account Whom to give it.
    /// @param tokenId Which token.
    function mint(address account, uint256 tokenId) external {
        _mint(account, tokenId);
    }

    /// @notice Lends a token; by whoever may transfer it.
    /// @param tokenId Which token.
    /// @param user Who may use it; zero for nobody.
    /// @param expires The last second of it, in Unix seconds.
    function setUser(uint256 tokenId, address user, uint64 expires) external {
        _checkAuthorized(ownerOf(tokenId), msg.sender, tokenId);
        _uses[tokenId] = Use(user, expires);
        emit UpdateUser(tokenId, user, expires);
    }

    /// @notice Who may use a token now; zero for nobody.
    function userOf(uint256 tokenId) external view returns (address) {
        Use storage use = _uses[tokenId];
        return block.timestamp <= use.expires ? use.user : address(0);
    }

    /// @notice Until when a token is lent.
    function userExpires(uint256 tokenId) external view returns (uint256) {
        return _uses[tokenId].expires;
    }

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        // The identifier that ERC-4907 states for its three functions.
        return interfaceId == 0xad092b5c || super.supportsInterface(interfaceId);
    }

    /// @dev A transfer ends the use.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        returns (address)
    {
        address from = super._update(to, tokenId, auth);
        if (from != to && _uses[tokenId].user != address(0)) {
            delete _uses[tokenId];
            emit UpdateUser(tokenId, address(0), 0);
        }
        return from;
    }
}
