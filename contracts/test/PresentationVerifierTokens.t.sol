// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeVerifier} from "../src/interfaces/IAttributeVerifier.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {ISDJWTVerifier} from "../src/interfaces/ISDJWTVerifier.sol";
import {KeyId} from "../src/types/Identifiers.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

/// @notice SD-JWTs presented to the verifier; what they may hold, SDJWTVerifier's tests say.
contract PresentationVerifierTokensTest is VerifierFixture {
    IPresentationVerifier.Access private access;

    function setUp() public override {
        super.setUp();
        access = _access();
    }

    function test_ATokenIsConsumed() public {
        _consume(access, _presentBadge());
        vm.assertTrue(verifier.isSpent(access), "spent");
    }

    function test_PolicyNotSatisfied_ByAnotherValue() public {
        Show memory show = _badge(0);
        show.token.claims = '"level":2,';
        _refuses(access, _present(access, _only(show)), Verdict.FALSE);
    }

    function test_PolicyNotSatisfied_WhereAClaimIsNotShown() public {
        Show memory show = _badge(0);
        show.token.concealed = new string[](0);
        _refuses(access, _present(access, _only(show)), Verdict.FALSE);
    }

    function test_PolicyNotSatisfied_ByAKeyOfAnotherIssuer() public {
        string memory did = "did:web:another.example";
        issuerId = _accredit(did, TYPE, CONTROLLER);
        Show memory show = _badge(0);
        show.token.issuer = P256_SECRET + 1;
        _registerP256Key(P256_SECRET + 1);
        _refuses(access, _present(access, _only(show)), Verdict.FALSE);
    }

    function test_InvalidValues() public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        presentation.credentials[0].values = hex"00";
        bytes4 selector = IPresentationVerifier.InvalidValues.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, 0));
    }

    function test_InvalidIssuerKeyLength_OfAKeyThatIsNotRegistered() public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        presentation.credentials[0].keyId = KeyId.wrap(keccak256("key"));
        bytes4 selector = ISDJWTVerifier.InvalidIssuerKeyLength.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, 0));
    }

    function test_InvalidIssuerKeyLength_OfAKeyForAttributeCredentials() public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        presentation.credentials[0].keyId = keyId;
        bytes4 selector = ISDJWTVerifier.InvalidIssuerKeyLength.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, 256));
    }

    function test_InvalidIssuerSignature() public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        KeyId other = _registerP256Key(P256_SECRET + 1);
        presentation.credentials[0].keyId = other;
        bytes4 selector = ISDJWTVerifier.InvalidIssuerSignature.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, other));
    }

    function test_RegistryUnverified() public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        vm.etch(address(issuers), hex"00");
        bytes4 selector = IAttributeVerifier.RegistryUnverified.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, address(issuers)));
    }

    function test_DisclosureMismatch_OfAnotherType() public {
        Show memory told = _badge(0);
        told.token.vct = "https://example.org/Other";
        bytes32 disclosure = _disclosureOf(told);
        bytes32 digest = _digest(access, keccak256(abi.encode(disclosure)), 0);
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        presentation.credentials[0] = _show(_badge(0), digest, access.nonce);
        presentation.credentials[0].disclosure = disclosure;
        bytes4 selector = IPresentationVerifier.DisclosureMismatch.selector;
        _refuses(access, presentation, abi.encodeWithSelector(selector, 0));
    }

    function test_AccessMismatch_OfAnotherStatement() public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        access.action = keccak256("another action");
        _refuses(access, presentation, ISDJWTVerifier.AccessMismatch.selector);
    }

    function test_NonceMismatch() public {
        Show memory show = _badge(0);
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        bytes32 digest = _digest(access, _bundleOf(_only(show)), 0);
        presentation.credentials[0] = _show(show, digest, keccak256("another nonce"));
        _refuses(access, presentation, ISDJWTVerifier.NonceMismatch.selector);
    }

    function testFuzz_AnyChangedMemberOfTheStatementFails(uint256 member, bytes32 change) public {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        if (uint160(uint256(change)) == 0 || uint16(uint256(change)) == 0) return;
        address other = address(uint160(alice) ^ uint160(uint256(change)));
        member %= 5;
        if (member == 0) access.account = other;
        if (member == 1) access.consumer = other;
        if (member == 2) access.action ^= change;
        if (member == 3) access.nonce ^= change;
        if (member == 4) access.deadline += uint16(uint256(change));
        vm.expectRevert();
        _consume(access, presentation);
    }

    function testFuzz_AnyChangedByteOfTheTokenFails(uint256 part, uint256 place, uint8 change)
        public
    {
        IPresentationVerifier.Presentation memory presentation = _presentBadge();
        IPresentationVerifier.Credential memory credential = presentation.credentials[0];
        ISDJWTVerifier.Presentation memory token =
            abi.decode(credential.proof, (ISDJWTVerifier.Presentation));
        bytes memory data = bytes(token.jwt);
        if (part % 3 == 1) data = bytes(token.disclosures[0]);
        if (part % 3 == 2) data = bytes(token.keyBinding);
        data[place % data.length] ^= bytes1(uint8(_bound(change, 1, 255)));
        credential.proof = abi.encode(token);
        vm.expectRevert();
        _consume(access, presentation);
    }

    function _policy() internal view override returns (bytes memory) {
        return PolicyBytes.policy(_tokenPins(), _badgeLeaf());
    }

    function _presentBadge() private view returns (IPresentationVerifier.Presentation memory) {
        return _present(access, _only(_badge(0)));
    }
}
