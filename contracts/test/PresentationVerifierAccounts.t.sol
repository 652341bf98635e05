// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {Membership, Verdict} from "../src/types/Judgement.sol";
import {OwnedWallet} from "./accounts/OwnedWallet.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice How the control of an account is proved, and that leaves judge no other.
contract PresentationVerifierAccountsTest is VerifierFixture {
    uint8 private constant ACCOUNT_INDEX = 255;

    OwnedWallet private wallet;
    IPresentationVerifier.Access private access;

    /// @dev The policy asks for a credential and a member of a tree of two.
    function setUp() public override {
        wallet = new OwnedWallet(vm.addr(ALICE_SECRET));
        super.setUp();
        access = _access();
    }

    function test_TheCallerIsProved() public {
        _consume(access, _presentAs(alice, ""));
    }

    function test_AContractThatCallsIsProved() public {
        (access.account, access.consumer) = (address(wallet), address(wallet));
        _consume(access, _presentAs(address(wallet), ""));
    }

    function test_ASignatureProvesTheAccount() public {
        access.consumer = STRANGER;
        _consume(access, _presentAs(alice, _signed(ALICE_SECRET, ACCOUNT_INDEX)));
    }

    function test_TheSignatureOfAContractProvesIt() public {
        (access.account, access.consumer) = (address(wallet), STRANGER);
        _consume(access, _presentAs(address(wallet), _signed(ALICE_SECRET, ACCOUNT_INDEX)));
    }

    function test_InvalidAccountSignature_OfAContractWithAnotherOwner() public {
        (access.account, access.consumer) = (address(wallet), STRANGER);
        bytes memory signature = _signed(ALICE_SECRET, ACCOUNT_INDEX);
        vm.prank(alice);
        wallet.changeOwner(STRANGER);
        _refusesSignature(_presentAs(address(wallet), signature));
    }

    function test_InvalidAccountSignature_OfAnAccountWithoutSignatures() public {
        (access.account, access.consumer) = (address(policies), STRANGER);
        _refusesSignature(_presentAs(alice, _signed(ALICE_SECRET, ACCOUNT_INDEX)));
    }

    function test_InvalidAccountSignature_ByAnotherKey() public {
        access.consumer = STRANGER;
        _refusesSignature(_presentAs(alice, _signed(ALICE_SECRET + 1, ACCOUNT_INDEX)));
    }

    function test_InvalidAccountSignature_OverTheIndexOfACredential() public {
        access.consumer = STRANGER;
        _refusesSignature(_presentAs(alice, _signed(ALICE_SECRET, 0)));
    }

    function test_InvalidAccountSignature_OverOtherDisclosures() public {
        access.consumer = STRANGER;
        bytes32 digest = _digest(access, keccak256("bundle"), ACCOUNT_INDEX);
        _refusesSignature(_presentAs(alice, _sign(ALICE_SECRET, digest)));
    }

    function test_InvalidAccountSignature_WhereNoLeafNeedsIt() public {
        _admit(_policyOf(_leaf()));
        access = _access();
        access.consumer = STRANGER;
        _refusesSignature(_presentAs(alice, hex"00"));
    }

    function test_WithoutProofNoLeafJudgesTheAccount() public {
        access.consumer = STRANGER;
        _refuses(access, _presentAs(alice, ""), Verdict.FALSE);
    }

    function test_AMembershipOfAnotherAccountDoesNotCount() public {
        _refuses(access, _presentAs(address(wallet), ""), Verdict.FALSE);
    }

    function test_AnotherTreeDoesNotCount() public {
        IPresentationVerifier.Presentation memory presentation = _presentAs(alice, "");
        presentation.memberships[0].root = keccak256("root");
        _refuses(access, presentation, Verdict.FALSE);
    }

    function test_WithoutAccountLeavesNoProofIsNeeded() public {
        _admit(_policyOf(_leaf()));
        access = _access();
        access.consumer = STRANGER;
        _consume(access, _present(access));
    }

    function testFuzz_AnyChangedByteOfTheSignatureFails(uint256 place, uint8 change) public {
        access.consumer = STRANGER;
        bytes memory signature = _signed(ALICE_SECRET, ACCOUNT_INDEX);
        signature[place % 65] ^= bytes1(uint8(_bound(change, 1, 255)));
        _refusesSignature(_presentAs(alice, signature));
    }

    function testFuzz_ASignatureOfAnyOtherLengthFails(uint8 length) public {
        access.consumer = STRANGER;
        if (length == 0 || length == 65) return;
        bytes memory signature = new bytes(length);
        bytes memory whole = _signed(ALICE_SECRET, ACCOUNT_INDEX);
        for (uint256 i = 0; i < length && i < 65; ++i) {
            signature[i] = whole[i];
        }
        _refusesSignature(_presentAs(alice, signature));
    }

    function _policy() internal view override returns (bytes memory) {
        return _policyOf(PolicyBytes.all(0, _leaf(), PolicyBytes.member(_root())));
    }

    function _policyOf(bytes memory tree) private view returns (bytes memory) {
        return PolicyBytes.policy(_pins(), tree);
    }

    /// @dev Inner nodes hash the smaller child first.
    function _root() private view returns (bytes32) {
        (bytes32 a, bytes32 b) = (_member(vm.addr(ALICE_SECRET)), _member(address(wallet)));
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _member(address account) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account))));
    }

    function _presentAs(address member, bytes memory signature)
        private
        view
        returns (IPresentationVerifier.Presentation memory presentation)
    {
        presentation = _present(access);
        presentation.accountSignature = signature;
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = _member(member == alice ? address(wallet) : alice);
        presentation.memberships = new Membership[](1);
        presentation.memberships[0] = Membership(_root(), proof);
    }

    function _signed(uint256 secret, uint8 index) private view returns (bytes memory) {
        return _sign(secret, _digest(access, _bundleOf(_shows()), index));
    }

    function _sign(uint256 secret, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    function _refusesSignature(IPresentationVerifier.Presentation memory presentation) private {
        bytes4 selector = IPresentationVerifier.InvalidAccountSignature.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, access.account));
    }
}
