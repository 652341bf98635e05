// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {PolicyId, ResourceId} from "../src/types/Identifiers.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice admit, effectivePolicy, policyBytes.
contract PresentationVerifierAdmitTest is VerifierFixture {
    function test_AdmitKeepsThePolicyInForce() public {
        bytes memory policy = PolicyBytes.policy(60, PolicyBytes.NO_QUOTA, _pins(), _leaf());
        PolicyId id = _bringIntoForce(policy);
        (PolicyId effective, bool isAdmitted) = verifier.effectivePolicy(resource);
        _assertSame(effective, id, "effective before");
        vm.assertTrue(!isAdmitted, "admitted before");
        vm.expectEmit(address(verifier));
        emit IPresentationVerifier.PolicyAdmitted(resource, id);
        _assertSame(verifier.admit(resource), id, "id");
        (effective, isAdmitted) = verifier.effectivePolicy(resource);
        _assertSame(effective, id, "effective");
        vm.assertTrue(isAdmitted, "admitted");
        vm.assertEq(verifier.policyBytes(id), policy, "bytes");
    }

    function test_AdmitCanBeRepeated() public {
        PolicyId first = verifier.admit(resource);
        _assertSame(verifier.admit(resource), first, "id");
        vm.assertEq(verifier.policyBytes(first), _policy(), "bytes");
    }

    function test_AnyoneMayAdmit() public {
        _bringIntoForce(PolicyBytes.policy(60, PolicyBytes.NO_QUOTA, _pins(), _leaf()));
        vm.prank(STRANGER);
        verifier.admit(resource);
        _consumeOne();
    }

    function test_AdmitJoinsThePolicyWithItsRestrictions() public {
        bytes memory shorter = _window(60, START, START + 30 days);
        bytes memory later = _window(90, START + 1, START + 20 days);
        _restrict(shorter);
        _restrict(later);
        bytes[] memory restrictions = new bytes[](2);
        (restrictions[0], restrictions[1]) = (shorter, later);
        bytes memory joined = checker.compose(_policy(), restrictions);
        vm.expectEmit(address(verifier));
        emit IPresentationVerifier.PolicyAdmitted(resource, _idOf(joined));
        _assertSame(verifier.admit(resource), _idOf(joined), "id");
        vm.assertEq(verifier.policyBytes(_idOf(joined)), joined, "bytes");
        (PolicyId effective, bool isAdmitted) = verifier.effectivePolicy(resource);
        _assertSame(effective, _idOf(joined), "effective");
        vm.assertTrue(isAdmitted, "admitted");
        _consumeOne();
    }

    function test_EachRestrictionHasToBeAdmittedAnew() public {
        _restrict(_window(60, START, START + 30 days));
        PolicyId first = verifier.admit(resource);
        _restrict(_window(60, START, START + 20 days));
        (PolicyId effective, bool isAdmitted) = verifier.effectivePolicy(resource);
        _assertSame(effective, PolicyId.wrap(0), "effective");
        vm.assertTrue(!isAdmitted, "admitted");
        vm.assertTrue(verifier.admit(resource) != first, "another policy");
    }

    function test_WhatARestrictionForbidsIsRefused() public {
        _restrict(_window(60, START, START + 7 days));
        verifier.admit(resource);
        _consumeOne();
        vm.warp(START + 7 days);
        IPresentationVerifier.Access memory access = _access();
        _refuses(access, _present(access), Verdict.FALSE);
    }

    /// @dev Nothing counts the accesses of a pseudonym here: only gates do.
    function test_QuotaNotCounted() public {
        PolicyId id = _bringIntoForce(
            PolicyBytes.policy(60, hex"0000000a00000e10", _tokenPins(), _badgeLeaf())
        );
        vm.expectRevert(abi.encodeWithSelector(IPresentationVerifier.QuotaNotCounted.selector, id));
        verifier.admit(resource);
    }

    function test_UnknownResource() public {
        ResourceId unknown = ResourceId.wrap(keccak256("unknown"));
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.UnknownResource.selector, unknown));
        verifier.admit(unknown);
    }

    function test_NoPolicy_BeforeTheFirstActivation() public {
        ResourceId other = _register("urn:model:other", GUARDIAN, DELAY);
        vm.expectRevert(abi.encodeWithSelector(IPresentationVerifier.NoPolicy.selector, other));
        verifier.admit(other);
    }

    function test_WhatIsNoPolicyIsNotAdmitted() public {
        PolicyId id = _bringIntoForce(hex"02");
        vm.expectRevert(abi.encodeWithSelector(IPolicyChecker.UnknownVersion.selector, 0));
        verifier.admit(resource);
        (, bool isAdmitted) = verifier.effectivePolicy(resource);
        vm.assertTrue(!isAdmitted, "admitted");
        _expectUnknown(id);
        verifier.policyBytes(id);
    }

    function test_ConflictingRegistries_OfARestriction() public {
        bytes memory pins = bytes.concat(
            PolicyBytes.pin(1, STRANGER, keccak256("code")),
            PolicyBytes.pin(2, address(schemas)),
            PolicyBytes.pin(3, address(issuers.status()))
        );
        _restrict(PolicyBytes.policy(pins, _leaf()));
        vm.expectRevert(abi.encodeWithSelector(IPolicyChecker.ConflictingRegistries.selector, 1));
        verifier.admit(resource);
    }

    function test_UnknownPolicy() public {
        PolicyId unknown = PolicyId.wrap(keccak256("unknown"));
        _expectUnknown(unknown);
        verifier.policyBytes(unknown);
    }

    function test_TheVerifierSaysWhatItReliesOn() public view {
        vm.assertEq(address(verifier.policies()), address(policies), "policies");
        vm.assertEq(address(verifier.checker()), address(checker), "checker");
        vm.assertEq(address(verifier.attributes()), address(attributes), "attributes");
        vm.assertEq(address(verifier.sdJwts()), address(sdJwts), "SD-JWTs");
        vm.assertEq(verifier.SESSION(), keccak256("didgate-session-v1"), "session");
        vm.assertEq(suite.apiId(), "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_TM2S_DIDGATE1_", "");
    }

    function _consumeOne() private {
        IPresentationVerifier.Access memory access = _access();
        _consume(access, _present(access));
    }

    /// @dev A policy that says no more than when.
    function _window(uint16 lifetime, uint64 start, uint64 end)
        private
        pure
        returns (bytes memory)
    {
        return PolicyBytes.policy(lifetime, PolicyBytes.NO_QUOTA, "", PolicyBytes.time(start, end));
    }

    function _expectUnknown(PolicyId id) private {
        vm.expectRevert(abi.encodeWithSelector(IPresentationVerifier.UnknownPolicy.selector, id));
    }
}
