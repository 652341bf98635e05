// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ResourceId} from "../types/Identifiers.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";

/// @title What is protected
/// @notice Each resource is an ERC-721 token with id `uint256(resource)`. Its owner administers the
/// resource's policy. Tokens are never burnt, so an id never comes to mean another resource.
/// @dev A resource id is `keccak256(abi.encode(minter, uri))`: no one can take a name from another.
interface IResourceRegistry is IERC721 {
    /// @notice One state of an artifact: which bytes the resource's name stood for since when.
    /// @param digest Digest of the artifact's manifest.
    /// @param addedAt Unix time in seconds.
    /// @param manifestURI Where the manifest can be fetched; empty if it is not published.
    struct Version {
        bytes32 digest;
        uint64 addedAt;
        string manifestURI;
    }

    /// @notice A resource was registered; it has the version 0 if `manifestDigest` is not zero.
    event ResourceRegistered(
        ResourceId indexed resource, address indexed minter, string uri, bytes32 manifestDigest
    );

    /// @notice A resource was declared to be derived from another at its registration.
    event LineageDeclared(ResourceId indexed resource, ResourceId indexed parent);

    /// @notice A resource got a new version.
    event VersionAdded(
        ResourceId indexed resource, uint256 indexed version, bytes32 digest, string manifestURI
    );

    /// @notice The URI of a resource has from 1 to `maximum` bytes.
    error InvalidURILength(uint256 length, uint256 maximum);

    /// @notice A manifest's URI has at most `maximum` bytes.
    error ManifestURITooLong(uint256 length, uint256 maximum);

    /// @notice The caller registered this URI before.
    error ResourceExists(ResourceId resource);

    /// @notice No such resource was registered.
    error UnknownResource(ResourceId resource);

    /// @notice A resource declares at most `maximum` parents.
    error TooManyParents(uint256 count, uint256 maximum);

    /// @notice Parents stand in strictly ascending order.
    error ParentsNotAscending(ResourceId previous, ResourceId next);

    /// @notice A version needs a digest.
    error MissingDigest();

    /// @notice A manifest can have a URI only if it has a digest.
    error ManifestWithoutDigest();

    /// @notice The current version already has this digest.
    error VersionUnchanged(ResourceId resource, bytes32 digest);

    /// @notice There is no version with this number.
    error UnknownVersion(ResourceId resource, uint256 version);

    /// @notice Only the owner of the resource's token may do this; approved operators may not.
    error NotResourceOwner(ResourceId resource, address caller);

    /// @notice Registers a resource for the caller and opens its record in the policy registry.
    /// @param uri Name of the resource, 1 to 2048 bytes, unique for the caller.
    /// @param manifestDigest Digest of the artifact's manifest; zero if the resource is no artifact.
    /// @param manifestURI Where the manifest can be fetched; may be empty.
    /// @param guardian Account that may narrow access at once and never widen it; zero for none.
    /// @param delay Seconds that a change which could let more people in has to wait.
    /// @param parents Resources it was derived from, strictly ascending, at most 16. This is the
    /// registrant's word: the owners of the parents are not asked.
    /// @return resource Id of the new resource.
    function register(
        string calldata uri,
        bytes32 manifestDigest,
        string calldata manifestURI,
        address guardian,
        uint64 delay,
        ResourceId[] calldata parents
    ) external returns (ResourceId resource);

    /// @notice Adds a version, which becomes the current one. Only for the owner.
    /// @param resource Id of the resource.
    /// @param digest Digest of the manifest, other than the current version's.
    /// @param manifestURI Where the manifest can be fetched; may be empty.
    /// @return version Number of the new version, counted from 0.
    function addVersion(ResourceId resource, bytes32 digest, string calldata manifestURI)
        external
        returns (uint256 version);

    /// @notice The policy registry, which is told of each registration and transfer.
    function policies() external view returns (IPolicyRegistry);

    /// @notice Id that `register` gives to this URI of this minter.
    function resourceIdOf(address minter, string calldata uri) external pure returns (ResourceId);

    /// @notice Whether a resource was registered.
    function exists(ResourceId resource) external view returns (bool);

    /// @notice URI the resource was registered with; it never changes.
    function uriOf(ResourceId resource) external view returns (string memory);

    /// @notice Number of versions; 0 for a resource that is no artifact.
    function versionCount(ResourceId resource) external view returns (uint256);

    /// @notice A version by its number, counted from 0.
    function versionAt(ResourceId resource, uint256 version) external view returns (Version memory);

    /// @notice Resources this one was declared to be derived from.
    function parentsOf(ResourceId resource) external view returns (ResourceId[] memory);
}
