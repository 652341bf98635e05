// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPresentationVerifier} from "../interfaces/IPresentationVerifier.sol";
import {PolicyId, ResourceId} from "../types/Identifiers.sol";

/// @title What a contract inherits that gives something on the strength of a presentation
/// @notice The verifier sees to it that a statement names this contract, is executed once, and is
/// satisfied. What is left to check is that it was made for this resource and for this very action.
abstract contract PresentationConsumer {
    /// @notice The verifier of presentations.
    IPresentationVerifier public immutable verifier;
    /// @notice The resource whose policy has to be satisfied.
    ResourceId public immutable resource;

    /// @notice The statement was made for another resource.
    error WrongResource(ResourceId found);
    /// @notice The statement was made for another action.
    error WrongAction(bytes32 found);

    /// @param verifier_ The verifier of presentations.
    /// @param resource_ The resource whose policy has to be satisfied.
    constructor(IPresentationVerifier verifier_, ResourceId resource_) {
        verifier = verifier_;
        resource = resource_;
    }

    /// @notice Has a statement executed, or reverts. The effect belongs to `access.account`.
    /// @param action What this contract is about to do: a constant, or a hash that binds arguments.
    function _consume(
        IPresentationVerifier.Access calldata access,
        IPresentationVerifier.Presentation calldata presentation,
        bytes32 action
    ) internal returns (PolicyId) {
        if (ResourceId.unwrap(access.resource) != ResourceId.unwrap(resource)) {
            revert WrongResource(access.resource);
        }
        if (access.action != action) revert WrongAction(access.action);
        return verifier.consume(access, presentation);
    }
}
