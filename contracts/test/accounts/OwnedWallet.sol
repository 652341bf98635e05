// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title OwnedWallet
/// @notice An account that is a contract with one owner: it takes the owner's signature for its
/// own (EIP-1271). The owner may be a contract in turn.
contract OwnedWallet is IERC1271 {
    /// @notice The caller is not the owner.
    error NotOwner(address caller);

    /// @notice The wallet has another owner from now on.
    event OwnerChanged(address indexed previous, address indexed owner);

    /// @notice Whose signature counts.
    address public owner;

    /// @param owner_ Whose signature counts at first.
    constructor(address owner_) {
        owner = owner_;
        emit OwnerChanged(address(0), owner_);
    }

    /// @notice Hands the wallet over, at once.
    /// @param owner_ Whose signature counts from now on.
    function changeOwner(address owner_) external {
        require(msg.sender == owner, NotOwner(msg.sender));
        emit OwnerChanged(owner, owner_);
        owner = owner_;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        bool valid = SignatureChecker.isValidSignatureNow(owner, hash, signature);
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
