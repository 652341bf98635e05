// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {PresentationConsumer} from "../src/consumers/PresentationConsumer.sol";
import {IPresentationSession, SessionPredicate} from "../src/consumers/SessionPredicate.sol";
import {UsePass} from "../src/consumers/UsePass.sol";
import {IAccessPredicate} from "../src/interfaces/IAccessPredicate.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {ResourceId} from "../src/types/Identifiers.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice UsePass, and with it PresentationConsumer.
contract UsePassTest is VerifierFixture {
    UsePass private passes;
    IPresentationVerifier.Access private access;

    function setUp() public override {
        super.setUp();
        passes = new UsePass(verifier, resource);
        access = _access();
        (access.consumer, access.action) = (address(passes), passes.MINT());
    }

    function test_APassGoesToTheAccountWhoeverSendsTheStatement() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(STRANGER);
        vm.assertEq(passes.mint(access, presentation), 1, "id");
        vm.assertEq(passes.ownerOf(1), alice, "owner");
        vm.assertTrue(verifier.isSpent(access), "spent");
        access.nonce = keccak256("another nonce");
        vm.assertEq(passes.mint(access, _present(access)), 2, "next id");
    }

    function test_ThePassSaysWhatItIsFor() public view {
        vm.assertEq(address(passes.verifier()), address(verifier), "verifier");
        vm.assertEq(ResourceId.unwrap(passes.resource()), ResourceId.unwrap(resource), "resource");
        vm.assertEq(passes.MINT(), keccak256("didgate-use-pass-mint-v1"), "action");
        vm.assertEq(passes.symbol(), "PASS", "symbol");
    }

    function test_StatementSpent() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        passes.mint(access, presentation);
        vm.expectPartialRevert(IPresentationVerifier.StatementSpent.selector);
        passes.mint(access, presentation);
        vm.assertEq(passes.balanceOf(alice), 1, "passes");
    }

    function test_WrongResource() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        access.resource = ResourceId.wrap(keccak256("another resource"));
        vm.expectRevert(
            abi.encodeWithSelector(PresentationConsumer.WrongResource.selector, access.resource)
        );
        passes.mint(access, presentation);
    }

    function test_AccountIsConsumer() public {
        access.account = address(passes);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert(PresentationConsumer.AccountIsConsumer.selector);
        passes.mint(access, presentation);
    }

    function test_WrongAction() public {
        access.action = ACTION;
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert(abi.encodeWithSelector(PresentationConsumer.WrongAction.selector, ACTION));
        passes.mint(access, presentation);
    }

    function test_NotConsumer() public {
        UsePass twin = new UsePass(verifier, resource);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPresentationVerifier.NotConsumer.selector, address(passes), address(twin)
            )
        );
        twin.mint(access, presentation);
    }

    function test_AnAccountThatTakesNoPassesKeepsItsStatement() public {
        access.account = address(policies);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert();
        passes.mint(access, presentation);
        vm.assertTrue(!verifier.isSpent(access), "spent");
    }
}

/// @notice SessionPredicate, as a registry of tools sees it.
contract SessionPredicateTest is VerifierFixture {
    uint256 private constant TOOL = 7;
    /// @dev What ERC-8257 lets a predicate spend.
    uint256 private constant ALLOWANCE = 200_000;

    SessionPredicate private predicate;

    function setUp() public override {
        super.setUp();
        predicate = new SessionPredicate(verifier, resource);
    }

    function test_ASessionOpensTheToolUntilItEnds() public {
        vm.assertTrue(!predicate.hasAccess(TOOL, alice, ""), "before");
        IPresentationVerifier.Access memory access = _access();
        access.action = verifier.SESSION();
        _consume(access, _present(access));
        vm.assertTrue(predicate.hasAccess{gas: ALLOWANCE}(TOOL, alice, "data"), "open");
        vm.assertTrue(!predicate.hasAccess(TOOL, STRANGER, ""), "another account");
        vm.warp(block.timestamp + LIFETIME);
        vm.assertTrue(!predicate.hasAccess(TOOL, alice, ""), "over");
    }

    function test_ThePredicateSaysWhatItRequires() public view {
        (
            IAccessPredicate.AccessRequirement[] memory requirements,
            IAccessPredicate.RequirementLogic logic
        ) = predicate.getRequirements(TOOL);
        vm.assertEq(requirements.length, 1, "requirements");
        bytes4 kind = bytes4(keccak256("presentationSession()"));
        vm.assertTrue(requirements[0].kind == kind, "kind");
        vm.assertTrue(kind == IPresentationSession.presentationSession.selector, "selector");
        vm.assertEq(requirements[0].data, abi.encode(verifier, resource), "data");
        vm.assertTrue(bytes(requirements[0].label).length != 0, "label");
        vm.assertTrue(logic == IAccessPredicate.RequirementLogic.AND, "logic");
        vm.assertEq(predicate.name(), "SessionPredicate", "name");
        vm.assertEq(address(predicate.verifier()), address(verifier), "verifier");
        vm.assertEq(
            ResourceId.unwrap(predicate.resource()), ResourceId.unwrap(resource), "resource"
        );
    }

    function test_ThePredicateIsFoundByItsInterface() public view {
        bytes4 hasAccess = bytes4(keccak256("hasAccess(uint256,address,bytes)"));
        bytes4 name = bytes4(keccak256("name()"));
        bytes4 requirements = bytes4(keccak256("getRequirements(uint256)"));
        vm.assertTrue(predicate.supportsInterface(hasAccess ^ name ^ requirements), "ERC-8257");
        vm.assertTrue(predicate.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        vm.assertTrue(!predicate.supportsInterface(0xffffffff), "no interface");
        vm.assertTrue(!predicate.supportsInterface(hasAccess), "half an interface");
    }
}
