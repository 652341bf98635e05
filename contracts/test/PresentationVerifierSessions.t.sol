// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {ResourceId} from "../src/types/Identifiers.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice Sessions: what opens them, and everything that ends them.
contract PresentationVerifierSessionsTest is VerifierFixture {
    function test_ASessionLastsAsLongAsThePolicySays() public {
        vm.assertTrue(!_isOpen(), "before");
        _openSession();
        vm.assertTrue(_isOpen(), "at once");
        vm.warp(block.timestamp + LIFETIME - 1);
        vm.assertTrue(_isOpen(), "to the last second");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(!_isOpen(), "no longer");
    }

    function test_ASessionIsOfOneAccountAndOneResource() public {
        _openSession();
        vm.assertTrue(!verifier.hasSession(resource, STRANGER), "account");
        ResourceId other = _register("urn:model:other", GUARDIAN, DELAY);
        vm.assertTrue(!verifier.hasSession(other, alice), "resource");
    }

    /// @dev Anybody can name any account in a statement; a session must be the account's own.
    function test_AccountNotProved_WhereOthersOpenASession() public {
        IPresentationVerifier.Access memory access = _access();
        (access.action, access.consumer) = (verifier.SESSION(), STRANGER);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert(
            abi.encodeWithSelector(IPresentationVerifier.AccountNotProved.selector, alice)
        );
        _consume(access, presentation);
        vm.assertTrue(!_isOpen(), "open");
    }

    function test_AnotherActionOpensNoSession() public {
        IPresentationVerifier.Access memory access = _access();
        _consume(access, _present(access));
        vm.assertTrue(!_isOpen(), "open");
    }

    function test_VerifyOpensNoSession() public {
        IPresentationVerifier.Access memory access = _access();
        access.action = verifier.SESSION();
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(alice);
        verifier.verify(access, presentation);
        vm.assertTrue(!_isOpen(), "open");
    }

    function test_ALaterStatementProlongsASession() public {
        _openSession();
        vm.warp(block.timestamp + LIFETIME - 1);
        _openSession();
        vm.warp(block.timestamp + LIFETIME - 1);
        vm.assertTrue(_isOpen(), "prolonged");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(!_isOpen(), "no longer");
    }

    function test_APauseSuspendsSessions() public {
        _openSession();
        vm.prank(GUARDIAN);
        policies.pause(resource);
        vm.assertTrue(!_isOpen(), "paused");
    }

    /// @dev A pause whose end lies ahead, in an epoch in which nobody could have opened a session.
    function test_NoSessionIsOpenUntilAPauseHasEnded() public {
        _openSession();
        vm.mockCall(
            address(policies),
            abi.encodeCall(policies.inForce, (resource)),
            abi.encode(bytes32(0), _epoch(), uint64(block.timestamp) + 1, new bytes32[](0))
        );
        vm.assertTrue(!_isOpen(), "paused");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(_isOpen(), "pause is over");
    }

    function test_ANewEpochEndsSessions() public {
        _openSession();
        vm.prank(OWNER);
        policies.bumpEpoch(resource);
        vm.assertTrue(!_isOpen(), "open");
        _openSession();
        vm.assertTrue(_isOpen(), "open anew");
    }

    function test_ANewPolicyEndsSessions() public {
        _openSession();
        _restrict(_window(60));
        vm.assertTrue(!_isOpen(), "open");
    }

    function test_ARestrictionShortensSessions() public {
        _restrict(_window(60));
        verifier.admit(resource);
        _openSession();
        vm.warp(block.timestamp + 59);
        vm.assertTrue(_isOpen(), "to the last second");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(!_isOpen(), "no longer");
    }

    function test_ATransferEndsSessions() public {
        _openSession();
        _transfer(STRANGER);
        vm.assertTrue(!_isOpen(), "open");
    }

    function testFuzz_ASessionNeverOutlivesThePolicysLifetime(uint16 lifetime, uint32 later)
        public
    {
        lifetime = uint16(_bound(lifetime, 1, LIFETIME));
        _admit(PolicyBytes.policy(lifetime, PolicyBytes.NO_QUOTA, _pins(), _leaf()));
        _openSession();
        uint256 age = _bound(later, 0, 2 * LIFETIME);
        vm.warp(block.timestamp + age);
        vm.assertEq(_isOpen(), age < lifetime, "open");
    }

    function _openSession() private {
        IPresentationVerifier.Access memory access = _access();
        access.action = verifier.SESSION();
        _consume(access, _present(access));
    }

    function _isOpen() private view returns (bool) {
        return verifier.hasSession(resource, alice);
    }

    function _window(uint16 lifetime) private pure returns (bytes memory) {
        return PolicyBytes.policy(
            lifetime, PolicyBytes.NO_QUOTA, "", PolicyBytes.time(START, START + 30 days)
        );
    }
}
