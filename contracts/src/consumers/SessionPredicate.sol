// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAccessPredicate} from "../interfaces/IAccessPredicate.sol";
import {IPresentationVerifier} from "../interfaces/IPresentationVerifier.sol";
import {ResourceId} from "../types/Identifiers.sol";

/// @title Access to a tool of an ERC-8257 registry by a session at the verifier
/// @notice Grants access to accounts that have an open session for one resource. A registry asks with
/// an account that nobody authenticated, and with too little gas to verify a proof: so what counts
/// is a session that the account opened before, and that ends within minutes.
/// @dev The registry's caller has to make sure that whoever uses the tool controls the account.
contract SessionPredicate is IAccessPredicate, IERC165 {
    /// @notice The verifier that keeps the sessions.
    IPresentationVerifier public immutable verifier;
    /// @notice The resource whose policy opens the tool.
    ResourceId public immutable resource;

    /// @param verifier_ The verifier that keeps the sessions.
    /// @param resource_ The resource whose policy opens the tool.
    constructor(IPresentationVerifier verifier_, ResourceId resource_) {
        verifier = verifier_;
        resource = resource_;
    }

    /// @inheritdoc IAccessPredicate
    function hasAccess(uint256, address account, bytes calldata) external view returns (bool) {
        return verifier.hasSession(resource, account);
    }

    /// @inheritdoc IAccessPredicate
    function getRequirements(uint256)
        external
        view
        returns (AccessRequirement[] memory requirements, RequirementLogic logic)
    {
        requirements = new AccessRequirement[](1);
        requirements[0] = AccessRequirement(
            type(IPresentationSession).interfaceId,
            abi.encode(verifier, resource),
            "a session opened by a presentation"
        );
        logic = RequirementLogic.AND;
    }

    /// @inheritdoc IAccessPredicate
    function name() external pure returns (string memory) {
        return "SessionPredicate";
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IAccessPredicate).interfaceId
            || interfaceId == type(IERC165).interfaceId;
    }
}

/// @notice Marks the requirement: an open session of the account. Its data is the ABI encoding of the
/// verifier's address and the resource's id.
interface IPresentationSession {
    /// @notice Never called: its selector is the requirement's kind.
    function presentationSession() external;
}
