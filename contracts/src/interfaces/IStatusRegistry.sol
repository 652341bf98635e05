// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IssuerId, StatusListId, TypeId} from "../types/Identifiers.sol";
import {IIssuerRegistry} from "./IIssuerRegistry.sol";

/// @title Which credentials were revoked
/// @notice One list of 2^32 bits for each issuer and credential type. The issuer's controller, as
/// the issuer registry has it now, sets bits; no one clears them.
interface IStatusRegistry {
    /// @notice A credential was revoked.
    event CredentialRevoked(StatusListId indexed listId, uint32 index);

    /// @notice Only the issuer's controller may do this.
    error NotController(IssuerId issuerId, address caller);
    /// @notice Only the issuer registry may do this.
    error NotIssuerRegistry(address caller);

    /// @notice Revokes a credential; without effect if it is revoked already. For the controller.
    /// @param issuerId Id of the issuer.
    /// @param typeId Type of the credential.
    /// @param index Its index in the list.
    function revoke(IssuerId issuerId, TypeId typeId, uint32 index) external;

    /// @notice Revokes several credentials of one list. Indexes that stand near each other share a
    /// word, which makes them cheap. For the controller.
    function revokeMany(IssuerId issuerId, TypeId typeId, uint32[] calldata indexes) external;

    /// @notice Takes note of who controls an issuer now. For the issuer registry.
    function controllerChanged(IssuerId issuerId, address controller) external;

    /// @notice The issuer registry, which says who controls an issuer.
    function issuers() external view returns (IIssuerRegistry);

    /// @notice Id of the list of an issuer and a type.
    function listIdOf(IssuerId issuerId, TypeId typeId) external pure returns (StatusListId);

    /// @notice Whether a credential is revoked.
    function isRevoked(StatusListId listId, uint32 index) external view returns (bool);

    /// @notice 256 bits of a list: bit `i` of word `w`, counted from the lowest, is for index
    /// `256 w + i`.
    function word(StatusListId listId, uint32 wordIndex) external view returns (uint256);
}
