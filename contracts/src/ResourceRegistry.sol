// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IResourceRegistry} from "./interfaces/IResourceRegistry.sol";
import {ResourceId} from "./types/Identifiers.sol";

/// @title Resources as ERC-721 tokens
/// @dev What each function does, and for whom, stands in IResourceRegistry.
contract ResourceRegistry is ERC721, IResourceRegistry {
    struct Resource {
        string uri;
        Version[] versions;
        ResourceId[] parents;
    }

    uint256 private constant MAX_URI_LENGTH = 2048;
    uint256 private constant MAX_PARENTS = 16;

    /// @inheritdoc IResourceRegistry
    IPolicyRegistry public immutable policies;

    mapping(ResourceId resource => Resource) private _resources;

    /// @param policies_ The policy registry; it creates this contract.
    constructor(IPolicyRegistry policies_) ERC721("didgate resource", "DIDGATE") {
        policies = policies_;
    }

    /// @inheritdoc IResourceRegistry
    function register(
        string calldata uri,
        bytes32 manifestDigest,
        string calldata manifestURI,
        address guardian,
        uint64 delay,
        ResourceId[] calldata parents
    ) external returns (ResourceId resource) {
        uint256 length = bytes(uri).length;
        if (length == 0 || length > MAX_URI_LENGTH) {
            revert InvalidURILength(length, MAX_URI_LENGTH);
        }
        resource = resourceIdOf(msg.sender, uri);
        if (exists(resource)) revert ResourceExists(resource);

        emit ResourceRegistered(resource, msg.sender, uri, manifestDigest);
        // While the resource does not exist yet: nothing is its own parent.
        _declareLineage(resource, parents);
        _resources[resource].uri = uri;
        if (manifestDigest != 0) _addVersion(resource, manifestDigest, manifestURI);
        else if (bytes(manifestURI).length != 0) revert ManifestWithoutDigest();
        policies.resourceRegistered(resource, guardian, delay);
        _mint(msg.sender, uint256(ResourceId.unwrap(resource)));
    }

    /// @inheritdoc IResourceRegistry
    function addVersion(ResourceId resource, bytes32 digest, string calldata manifestURI)
        external
        returns (uint256 version)
    {
        Version[] storage versions = _resource(resource).versions;
        if (msg.sender != ownerOf(uint256(ResourceId.unwrap(resource)))) {
            revert NotResourceOwner(resource, msg.sender);
        }
        if (digest == 0) revert MissingDigest();
        version = versions.length;
        if (version != 0 && versions[version - 1].digest == digest) {
            revert VersionUnchanged(resource, digest);
        }
        _addVersion(resource, digest, manifestURI);
    }

    /// @inheritdoc IResourceRegistry
    function uriOf(ResourceId resource) external view returns (string memory) {
        return _resource(resource).uri;
    }

    /// @inheritdoc IResourceRegistry
    function versionCount(ResourceId resource) external view returns (uint256) {
        return _resource(resource).versions.length;
    }

    /// @inheritdoc IResourceRegistry
    function versionAt(ResourceId resource, uint256 version)
        external
        view
        returns (Version memory)
    {
        Version[] storage versions = _resource(resource).versions;
        if (version >= versions.length) revert UnknownVersion(resource, version);
        return versions[version];
    }

    /// @inheritdoc IResourceRegistry
    function parentsOf(ResourceId resource) external view returns (ResourceId[] memory) {
        return _resource(resource).parents;
    }

    /// @inheritdoc IResourceRegistry
    function resourceIdOf(address minter, string calldata uri) public pure returns (ResourceId) {
        return ResourceId.wrap(keccak256(abi.encode(minter, uri)));
    }

    /// @inheritdoc IResourceRegistry
    function exists(ResourceId resource) public view returns (bool) {
        return bytes(_resources[resource].uri).length != 0;
    }

    /// @dev Tells the policy registry of each change of hands; a new token has no one before.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        returns (address from)
    {
        from = super._update(to, tokenId, auth);
        if (from != address(0)) {
            policies.resourceTransferred(ResourceId.wrap(bytes32(tokenId)), from, to);
        }
    }

    function _declareLineage(ResourceId resource, ResourceId[] calldata parents) private {
        if (parents.length > MAX_PARENTS) revert TooManyParents(parents.length, MAX_PARENTS);
        ResourceId previous;
        for (uint256 i = 0; i < parents.length; ++i) {
            ResourceId parent = parents[i];
            if (ResourceId.unwrap(parent) <= ResourceId.unwrap(previous)) {
                revert ParentsNotAscending(previous, parent);
            }
            _resource(parent);
            emit LineageDeclared(resource, parent);
            previous = parent;
        }
        _resources[resource].parents = parents;
    }

    function _addVersion(ResourceId resource, bytes32 digest, string calldata manifestURI) private {
        if (bytes(manifestURI).length > MAX_URI_LENGTH) {
            revert ManifestURITooLong(bytes(manifestURI).length, MAX_URI_LENGTH);
        }
        Version[] storage versions = _resources[resource].versions;
        emit VersionAdded(resource, versions.length, digest, manifestURI);
        versions.push(Version(digest, uint64(block.timestamp), manifestURI));
    }

    function _resource(ResourceId resource) private view returns (Resource storage) {
        if (!exists(resource)) revert UnknownResource(resource);
        return _resources[resource];
    }
}
