// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeVerifier} from "../src/interfaces/IAttributeVerifier.sol";
import {IPolicyRegistry} from "../src/interfaces/IPolicyRegistry.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {BBS} from "../src/libraries/bbs/BBS.sol";
import {IssuerId, KeyId, PolicyId, ResourceId} from "../src/types/Identifiers.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";
import {TestERC20} from "./tokens/TestERC20.sol";

// Safe: all these numbers are small.
// forge-lint: disable-next-item(unsafe-typecast)

/// @notice consume and verify: what is executed, how often, and for whom.
contract PresentationVerifierConsumeTest is VerifierFixture {
    IPresentationVerifier.Access private access;

    function setUp() public override {
        super.setUp();
        access = _access();
    }

    function test_ConsumeExecutesAStatement() public {
        (PolicyId id,) = verifier.effectivePolicy(resource);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.assertTrue(!verifier.isSpent(access), "not spent before");
        vm.expectEmit(address(verifier));
        emit IPresentationVerifier.PresentationConsumed(
            resource, alice, alice, id, access.epoch, ACTION, access.nonce
        );
        _assertSame(_consume(access, presentation), id, "policy");
        vm.assertTrue(verifier.isSpent(access), "spent");
    }

    function test_VerifyChangesNothing() public {
        (PolicyId id,) = verifier.effectivePolicy(resource);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(alice);
        _assertSame(verifier.verify(access, presentation), id, "policy");
        vm.assertTrue(!verifier.isSpent(access), "not spent");
        _consume(access, presentation);
    }

    function test_TheDigestIsThatOfTheFormats() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("didgate"),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        bytes32 kind = keccak256(
            "ChainAccess(bytes32 resource,bytes32 policyId,uint64 epoch,address account,address consumer,bytes32 action,bytes32 nonce,uint64 deadline,bytes32 bundle,uint8 index,bytes32 extensions)"
        );
        bytes memory head = abi.encode(
            kind,
            access.resource,
            keccak256("policy"),
            access.epoch,
            access.account,
            access.consumer,
            access.action
        );
        bytes memory tail =
            abi.encode(access.nonce, access.deadline, keccak256("bundle"), 7, bytes32(0));
        vm.assertEq(
            verifier.accessDigest(
                access, PolicyId.wrap(keccak256("policy")), keccak256("bundle"), 7
            ),
            keccak256(abi.encodePacked("\x19\x01", domain, keccak256(bytes.concat(head, tail)))),
            "digest"
        );
    }

    // What a statement says.

    function test_StatementSpent_ByTheSamePresentationAndByAnother() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _consume(access, presentation);
        bytes memory reason = abi.encodeWithSelector(
            IPresentationVerifier.StatementSpent.selector, keccak256(abi.encode(access))
        );
        _refuses(access, presentation, reason);
        _refuses(access, _present(access), reason);
    }

    function test_AnotherStatementWithTheSameNonceIsAnother() public {
        _consume(access, _present(access));
        access.action = keccak256("another action");
        vm.assertTrue(!verifier.isSpent(access), "not spent");
        _consume(access, _present(access));
    }

    function test_NotConsumer() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.expectRevert(
            abi.encodeWithSelector(IPresentationVerifier.NotConsumer.selector, alice, STRANGER)
        );
        vm.prank(STRANGER);
        verifier.consume(access, presentation);
    }

    /// @dev Nobody has the account 0, and no leaf that judges accounts may be asked about it.
    function test_AccountNotProved_OfNobody() public {
        access.account = address(0);
        IPresentationVerifier.Presentation memory presentation = _present(access);
        bytes4 selector = IPresentationVerifier.AccountNotProved.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, address(0)));
    }

    function test_StatementExpired_AtItsDeadline() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.warp(access.deadline);
        _refuses(
            access,
            presentation,
            abi.encodeWithSelector(IPresentationVerifier.StatementExpired.selector, access.deadline)
        );
        vm.warp(access.deadline - 1);
        _consume(access, presentation);
    }

    // What is in force.

    function test_NoPolicy() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        access.resource = _register("urn:model:other", GUARDIAN, DELAY);
        _refuses(
            access,
            presentation,
            abi.encodeWithSelector(IPresentationVerifier.NoPolicy.selector, access.resource)
        );
    }

    function test_UnknownResource() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        access.resource = ResourceId.wrap(keccak256("unknown"));
        bytes4 selector = IPolicyRegistry.UnknownResource.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, access.resource));
    }

    function test_ResourcePaused() public {
        vm.prank(GUARDIAN);
        policies.pause(resource);
        access.epoch = _epoch();
        _refuses(
            access,
            _present(access),
            abi.encodeWithSelector(
                IPresentationVerifier.ResourcePaused.selector, resource, WITHOUT_END
            )
        );
        vm.prank(OWNER);
        policies.unpause(resource);
        uint64 end = _state().pausedUntil;
        vm.warp(end - 1);
        access.deadline = end + 1;
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _refuses(
            access,
            presentation,
            abi.encodeWithSelector(IPresentationVerifier.ResourcePaused.selector, resource, end)
        );
        vm.warp(end);
        _consume(access, presentation);
    }

    function test_EpochChanged() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(OWNER);
        policies.bumpEpoch(resource);
        _refuses(
            access,
            presentation,
            abi.encodeWithSelector(
                IPresentationVerifier.EpochChanged.selector,
                resource,
                access.epoch,
                access.epoch + 1
            )
        );
    }

    function test_PolicyNotAdmitted_AfterARestriction() public {
        _restrict(PolicyBytes.policy("", PolicyBytes.time(START, START + 30 days)));
        access.epoch = _epoch();
        _refuses(
            access,
            _present(access),
            abi.encodeWithSelector(IPresentationVerifier.PolicyNotAdmitted.selector, resource)
        );
    }

    // What is shown.

    function test_TwoCredentialsAreShownForTwoLeaves() public {
        _admitBoth();
        _consume(access, _present(access, _showsBoth()));
    }

    function test_ProofInvalid_OfCredentialsThatWerePresentedApart() public {
        _admitBoth();
        Show[] memory both = _showsBoth();
        IPresentationVerifier.Presentation memory together = _present(access, both);
        together.credentials[1] = _present(access, _only(both[1])).credentials[0];
        _refuses(access, together, BBS.ProofInvalid.selector);
    }

    function test_OneOfTwoCredentialsIsNotEnough() public {
        _admitBoth();
        _refuses(access, _present(access, _only(_showsBoth()[1])), Verdict.FALSE);
        _refuses(access, _present(access, _only(_badge(0))), Verdict.FALSE);
        IPresentationVerifier.Presentation memory none;
        _refuses(access, none, Verdict.FALSE);
    }

    function test_LeavesNotAscending() public {
        _admitBoth();
        Show[] memory shows = _showsBoth();
        (shows[0], shows[1]) = (shows[1], shows[0]);
        bytes4 selector = IPresentationVerifier.LeavesNotAscending.selector;
        _refuses(access, _present(access, shows), abi.encodeWithSelector(selector, 0));
        shows[0] = shows[1];
        _refuses(access, _present(access, shows), abi.encodeWithSelector(selector, 0));
    }

    function test_InvalidLeaf() public {
        Show[] memory shows = _shows();
        shows[0].leaf = 1;
        _refuses(
            access,
            _present(access, shows),
            abi.encodeWithSelector(IAttributeVerifier.InvalidLeaf.selector, 1)
        );
    }

    /// @dev The proof holds, but it is bound to what another credential discloses.
    function test_DisclosureMismatch_OfEachMember() public {
        for (uint256 i = 0; i < 3; ++i) {
            Show memory told = _shows()[0];
            if (i == 0) told.slots = VALIDITY | ROLE;
            if (i == 1) told.held.typeId = OTHER_TYPE;
            if (i == 2) told.held.issuerId = IssuerId.wrap(keccak256("did:web:another.example"));
            bytes32 disclosure = _disclosureOf(told);
            bytes32 digest = _digest(access, keccak256(abi.encode(disclosure)), 0);
            IPresentationVerifier.Presentation memory presentation;
            presentation.credentials = new IPresentationVerifier.Credential[](1);
            presentation.credentials[0] = _show(_shows()[0], digest, access.nonce);
            presentation.credentials[0].disclosure = disclosure;
            _refuses(
                access,
                presentation,
                abi.encodeWithSelector(IPresentationVerifier.DisclosureMismatch.selector, 0)
            );
        }
    }

    function test_PolicyNotSatisfied_ByAnotherValue() public {
        Show[] memory shows = _only(0, _holds("auditor", 2), VALIDITY | ROLE | LEVEL, ROLE);
        _refuses(access, _present(access, shows), Verdict.FALSE);
    }

    function test_ProofInvalid_OfAnotherConstant() public {
        Show[] memory shows = _only(0, _holds("author", 4), VALIDITY | ROLE | LEVEL, ROLE);
        _refuses(access, _present(access, shows), BBS.ProofInvalid.selector);
    }

    function test_PolicyNotSatisfied_WhereAFactIsUnknown() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.etch(address(issuers.status()), hex"00");
        _refuses(access, presentation, Verdict.UNKNOWN);
    }

    function test_PolicyNotSatisfied_BySuspendedIssuer() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(ROOT);
        issuers.suspend(issuerId);
        _refuses(access, presentation, Verdict.FALSE);
    }

    function test_PolicyNotSatisfied_ByCompromisedKey() public {
        IPresentationVerifier.Presentation memory presentation = _present(access);
        vm.prank(CONTROLLER);
        issuers.reportCompromised(keyId);
        _refuses(access, presentation, Verdict.FALSE);
    }

    function test_PolicyNotSatisfied_AtTheEndOfValidity() public {
        vm.warp(uint256(VALID_UNTIL) * 1 days);
        access.deadline = uint64(block.timestamp) + 1;
        IPresentationVerifier.Presentation memory presentation = _present(access);
        _refuses(access, presentation, Verdict.FALSE);
        vm.warp(block.timestamp - 1);
        _consume(access, presentation);
    }

    function test_NothingCarries_WhereABalanceIsEnough() public {
        TestERC20 token = new TestERC20();
        token.mint(alice, 1);
        bytes memory tree = PolicyBytes.any(_leaf(), PolicyBytes.token(1, address(token), 0, 1));
        PolicyId id = _admit(PolicyBytes.policy(_pins(), tree));
        access = _access();
        IPresentationVerifier.Presentation memory none;
        _refuses(
            access, none, abi.encodeWithSelector(IPresentationVerifier.NothingCarries.selector, id)
        );
        _consume(access, _present(access));
    }

    /// @dev Both are by one issuer: of whom, the policy leaves open.
    function _admitBoth() private {
        _admit(PolicyBytes.policy(_pins(), PolicyBytes.all(2, _badgeLeaf(), _leaf())));
        access = _access();
    }

    /// @dev The shorter leaf comes first in canonical order.
    function _showsBoth() private view returns (Show[] memory shows) {
        shows = new Show[](2);
        (shows[0], shows[1]) = (_badge(0), _shows()[0]);
        shows[1].leaf = 1;
    }
}
