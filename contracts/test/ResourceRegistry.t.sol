// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {PolicyRegistry} from "../src/PolicyRegistry.sol";
import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {IResourceRegistry} from "../src/interfaces/IResourceRegistry.sol";
import {ResourceId} from "../src/types/Identifiers.sol";
import {Fixture} from "./support/Fixture.sol";

contract ResourceRegistryTest is Fixture {
    string private constant URI = "https://ai.example/models/digits";
    bytes32 private constant DIGEST = keccak256("manifest");

    PolicyRegistry private policies;
    IResourceRegistry private resources;

    function setUp() public override {
        super.setUp();
        policies = new PolicyRegistry();
        resources = policies.resources();
    }

    function test_RegistrationGivesTheTokenAndOpensThePolicyRecord() public {
        ResourceId resource = ResourceId.wrap(keccak256(abi.encode(OWNER, URI)));
        vm.expectEmit(address(resources));
        emit IResourceRegistry.ResourceRegistered(resource, OWNER, URI, DIGEST);
        vm.expectEmit(address(resources));
        emit IResourceRegistry.VersionAdded(resource, 0, DIGEST, "ipfs://m");
        vm.expectEmit(address(policies));
        emit IPolicyRegistry.ResourceOpened(resource, GUARDIAN, 1 days);
        vm.prank(OWNER);
        ResourceId registered =
            resources.register(URI, DIGEST, "ipfs://m", GUARDIAN, 1 days, _none());

        vm.assertEq(ResourceId.unwrap(registered), ResourceId.unwrap(resource), "id");
        vm.assertEq(
            ResourceId.unwrap(resources.resourceIdOf(OWNER, URI)), ResourceId.unwrap(resource), "id"
        );
        vm.assertEq(resources.ownerOf(uint256(ResourceId.unwrap(resource))), OWNER, "owner");
        vm.assertTrue(resources.exists(resource), "exists");
        vm.assertEq(resources.uriOf(resource), URI, "uri");
        vm.assertEq(resources.versionCount(resource), 1, "versions");
        IResourceRegistry.Version memory version = resources.versionAt(resource, 0);
        vm.assertEq(version.digest, DIGEST, "digest");
        vm.assertEq(version.addedAt, START, "addedAt");
        vm.assertEq(version.manifestURI, "ipfs://m", "manifestURI");
        IPolicyRegistry.State memory state = policies.stateOf(resource);
        vm.assertEq(state.guardian, GUARDIAN, "guardian");
        vm.assertEq(state.delay, 1 days, "delay");
        vm.assertEq(state.epoch, 1, "epoch");
    }

    function test_AResourceThatIsNoArtifactHasNoVersion() public {
        ResourceId resource = _register(OWNER, URI);
        vm.assertEq(resources.versionCount(resource), 0, "versions");
    }

    function test_TheSameURIOfAnotherMinterIsAnotherResource() public {
        ResourceId one = _register(OWNER, URI);
        ResourceId two = _register(STRANGER, URI);
        vm.assertTrue(ResourceId.unwrap(one) != ResourceId.unwrap(two), "ids");
    }

    function test_VersionsAreKept() public {
        ResourceId resource = _register(OWNER, URI);
        _addVersion(resource, OWNER, DIGEST, "");
        vm.warp(START + 5);
        vm.expectEmit(address(resources));
        emit IResourceRegistry.VersionAdded(resource, 1, bytes32(uint256(2)), "https://m2");
        _addVersion(resource, OWNER, bytes32(uint256(2)), "https://m2");
        _addVersion(resource, OWNER, DIGEST, "");
        vm.assertEq(resources.versionCount(resource), 3, "a former state may come back");
        vm.assertEq(resources.versionAt(resource, 1).addedAt, START + 5, "addedAt");
    }

    function test_TheNewOwnerAddsVersions() public {
        ResourceId resource = _register(OWNER, URI);
        vm.prank(OWNER);
        resources.transferFrom(OWNER, STRANGER, uint256(ResourceId.unwrap(resource)));
        _addVersion(resource, STRANGER, DIGEST, "");
        _expectNotOwner(resource, OWNER);
        _addVersion(resource, OWNER, bytes32(uint256(2)), "");
    }

    function test_LineageIsDeclaredAtRegistration() public {
        ResourceId[] memory parents = _sorted(_register(OWNER, "a"), _register(STRANGER, "b"));
        vm.expectEmit(address(resources));
        emit IResourceRegistry.LineageDeclared(resources.resourceIdOf(OWNER, URI), parents[0]);
        vm.expectEmit(address(resources));
        emit IResourceRegistry.LineageDeclared(resources.resourceIdOf(OWNER, URI), parents[1]);
        ResourceId child = _registerWith(parents);
        ResourceId[] memory declared = resources.parentsOf(child);
        vm.assertEq(declared.length, 2, "count");
        vm.assertEq(ResourceId.unwrap(declared[1]), ResourceId.unwrap(parents[1]), "parent");
    }

    function test_ResourceExists_EvenAfterTheTokenWasSold() public {
        ResourceId resource = _register(OWNER, URI);
        vm.prank(OWNER);
        resources.transferFrom(OWNER, STRANGER, uint256(ResourceId.unwrap(resource)));
        vm.expectRevert(abi.encodeWithSelector(IResourceRegistry.ResourceExists.selector, resource));
        _register(OWNER, URI);
    }

    function test_ERC721InvalidReceiver_NoResourceIsBurntSoNoIdIsReused() public {
        ResourceId resource = _register(OWNER, URI);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0))
        );
        vm.prank(OWNER);
        resources.transferFrom(OWNER, address(0), uint256(ResourceId.unwrap(resource)));
    }

    function test_InvalidURILength() public {
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.InvalidURILength.selector, 0, 2048)
        );
        _register(OWNER, "");
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.InvalidURILength.selector, 2049, 2048)
        );
        _register(OWNER, string(new bytes(2049)));
    }

    function test_ManifestURITooLong() public {
        ResourceId resource = _register(OWNER, URI);
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.ManifestURITooLong.selector, 2049, 2048)
        );
        _addVersion(resource, OWNER, DIGEST, string(new bytes(2049)));
    }

    function test_ManifestWithoutDigest() public {
        vm.expectRevert(abi.encodeWithSelector(IResourceRegistry.ManifestWithoutDigest.selector));
        vm.prank(OWNER);
        resources.register(URI, 0, "ipfs://m", GUARDIAN, 0, _none());
    }

    function test_MissingDigest() public {
        ResourceId resource = _register(OWNER, URI);
        vm.expectRevert(abi.encodeWithSelector(IResourceRegistry.MissingDigest.selector));
        _addVersion(resource, OWNER, 0, "");
    }

    function test_VersionUnchanged() public {
        ResourceId resource = _register(OWNER, URI);
        _addVersion(resource, OWNER, DIGEST, "");
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.VersionUnchanged.selector, resource, DIGEST)
        );
        _addVersion(resource, OWNER, DIGEST, "elsewhere");
    }

    function test_NotResourceOwner_ApprovedOperator() public {
        ResourceId resource = _register(OWNER, URI);
        vm.prank(OWNER);
        resources.setApprovalForAll(STRANGER, true);
        _expectNotOwner(resource, STRANGER);
        _addVersion(resource, STRANGER, DIGEST, "");
    }

    function test_UnknownVersion() public {
        ResourceId resource = _register(OWNER, URI);
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.UnknownVersion.selector, resource, 0)
        );
        resources.versionAt(resource, 0);
    }

    function test_UnknownResource() public {
        ResourceId unknown = ResourceId.wrap(keccak256("unknown"));
        bytes memory fault =
            abi.encodeWithSelector(IResourceRegistry.UnknownResource.selector, unknown);
        vm.assertTrue(!resources.exists(unknown), "exists");
        vm.expectRevert(fault);
        resources.uriOf(unknown);
        vm.expectRevert(fault);
        resources.versionCount(unknown);
        vm.expectRevert(fault);
        resources.versionAt(unknown, 0);
        vm.expectRevert(fault);
        resources.parentsOf(unknown);
        vm.expectRevert(fault);
        _addVersion(unknown, OWNER, DIGEST, "");
    }

    function test_UnknownResource_AsItsOwnParent() public {
        ResourceId[] memory parents = new ResourceId[](1);
        parents[0] = resources.resourceIdOf(OWNER, URI);
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.UnknownResource.selector, parents[0])
        );
        _registerWith(parents);
    }

    function test_UnknownResource_AsParent() public {
        ResourceId[] memory parents = new ResourceId[](1);
        parents[0] = ResourceId.wrap(keccak256("unknown"));
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.UnknownResource.selector, parents[0])
        );
        _registerWith(parents);
    }

    function test_TooManyParents() public {
        vm.expectRevert(abi.encodeWithSelector(IResourceRegistry.TooManyParents.selector, 17, 16));
        _registerWith(new ResourceId[](17));
    }

    function test_ParentsNotAscending() public {
        ResourceId[] memory parents = _sorted(_register(OWNER, "a"), _register(OWNER, "b"));
        (parents[0], parents[1]) = (parents[1], parents[0]);
        vm.expectRevert(
            abi.encodeWithSelector(
                IResourceRegistry.ParentsNotAscending.selector, parents[0], parents[1]
            )
        );
        _registerWith(parents);
    }

    function _register(address minter, string memory uri) private returns (ResourceId) {
        vm.prank(minter);
        return resources.register(uri, 0, "", GUARDIAN, 0, _none());
    }

    function _registerWith(ResourceId[] memory parents) private returns (ResourceId) {
        vm.prank(OWNER);
        return resources.register(URI, 0, "", GUARDIAN, 0, parents);
    }

    function _addVersion(
        ResourceId resource,
        address caller,
        bytes32 digest,
        string memory manifestURI
    ) private {
        vm.prank(caller);
        resources.addVersion(resource, digest, manifestURI);
    }

    function _expectNotOwner(ResourceId resource, address caller) private {
        vm.expectRevert(
            abi.encodeWithSelector(IResourceRegistry.NotResourceOwner.selector, resource, caller)
        );
    }

    function _sorted(ResourceId a, ResourceId b) private pure returns (ResourceId[] memory list) {
        list = new ResourceId[](2);
        bool ascending = ResourceId.unwrap(a) < ResourceId.unwrap(b);
        (list[0], list[1]) = ascending ? (a, b) : (b, a);
    }

    function _none() private pure returns (ResourceId[] memory) {
        return new ResourceId[](0);
    }
}
