// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IPresentationVerifier} from "../interfaces/IPresentationVerifier.sol";
import {ResourceId} from "../types/Identifiers.sol";
import {PresentationConsumer} from "./PresentationConsumer.sol";

/// @title A pass for the use of a resource, minted to whoever satisfies its policy
/// @notice An example of a contract that verifies presentations: one statement, one pass. Passes can
/// be transferred; that someone may have two is for the policy to prevent, not for this contract.
contract UsePass is ERC721, PresentationConsumer {
    /// @notice The action that a statement names to have a pass minted.
    bytes32 public constant MINT = keccak256("didgate-use-pass-mint-v1");

    uint256 private _minted;

    /// @param verifier_ The verifier of presentations.
    /// @param resource_ The resource that passes are for.
    constructor(IPresentationVerifier verifier_, ResourceId resource_)
        ERC721("Use Pass", "PASS")
        PresentationConsumer(verifier_, resource_)
    {}

    /// @notice Mints a pass to the account that a statement names.
    /// @return tokenId Passes are numbered from 1.
    function mint(
        IPresentationVerifier.Access calldata access,
        IPresentationVerifier.Presentation calldata presentation
    ) external returns (uint256 tokenId) {
        // The verifier is the one of the constructor, and no statement passes it twice: calling it
        // again on the way mints nothing that it was not asked for.
        // slither-disable-next-line reentrancy-benign
        _consume(access, presentation, MINT);
        tokenId = ++_minted;
        _safeMint(access.account, tokenId);
    }
}
