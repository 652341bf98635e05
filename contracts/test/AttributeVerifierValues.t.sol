// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttributeVerifier} from "../src/interfaces/IAttributeVerifier.sol";
import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {IPresentationVerifier} from "../src/interfaces/IPresentationVerifier.sol";
import {IStatusRegistry} from "../src/interfaces/IStatusRegistry.sol";
import {BBS} from "../src/libraries/bbs/BBS.sol";
import {TypedMessages} from "../src/libraries/attributes/TypedMessages.sol";
import {IssuerId, KeyId, TypeId} from "../src/types/Identifiers.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {Claim, Form, ShownCredential} from "../src/types/Presented.sol";
import {AttributeHolder} from "./support/AttributeHolder.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";
import {SchemaBytes} from "./support/SchemaBytes.sol";
import {VerifierFixture} from "./support/VerifierFixture.sol";

// Safe: all these numbers are small.
// forge-lint: disable-next-item(unsafe-typecast)

/// @notice What attribute credentials disclose: a slot of each type, validity, and status.
/// @dev Values are read before the proof is verified: what is malformed needs no proof.
contract AttributeVerifierValuesTest is VerifierFixture {
    bytes32 private constant DIGEST = keccak256("digest");
    uint256 private constant ALL_SLOTS = 0x3fe;
    uint256 private constant OFFSET = 2 ** 53;
    bytes private constant STATUS_INDEX = hex"03002000000000002a";

    /// @dev By ascending name, as policies have them; the schema has them the other way round.
    string[7] private _names = ["active", "badge", "born", "home", "level", "role", "seen"];
    uint8[7] private _kinds = [4, 2, 5, 7, 3, 1, 6];
    TypeId private indexedId;
    bytes private indexedPolicy;

    function setUp() public override {
        super.setUp();
        bytes memory slots;
        bytes memory claims = hex"07";
        bytes[] memory values = _values();
        for (uint256 i = 0; i < 7; ++i) {
            slots = bytes.concat(slots, SchemaBytes.attribute(_kinds[6 - i], _names[6 - i]));
            bytes memory two = bytes.concat(values[6 - i], values[6 - i]);
            claims = bytes.concat(claims, PolicyBytes.claim(_names[i], 2, 2, two));
        }
        indexedId = _registerSchema(
            SchemaBytes.schema("urn:example:all", 1, GRANULARITY_DAYS, LIFETIME_DAYS, 7, slots)
        );
        indexedPolicy = PolicyBytes.policy(
            _pins(), PolicyBytes.attribute(TypeId.unwrap(indexedId), hex"00", 0, 0, claims)
        );
    }

    // What comes out.

    function test_TheCredentialIsWhatWasSigned() public view {
        ShownCredential memory shown = _shown(_values());
        vm.assertEq(shown.leaf, 0, "leaf");
        vm.assertTrue(shown.form == Form.ATTRIBUTE, "form");
        vm.assertEq(TypeId.unwrap(shown.typeId), TypeId.unwrap(indexedId), "type");
        vm.assertEq(IssuerId.unwrap(shown.issuerId), IssuerId.unwrap(issuerId), "issuer");
        vm.assertEq(KeyId.unwrap(shown.keyId), KeyId.unwrap(keyId), "key");
        vm.assertEq(shown.validUntil, uint256(VALID_UNTIL) * 1 days, "validity");
        vm.assertEq(shown.freshSince, uint256(VALID_UNTIL - 28) * 1 days, "freshness");
        vm.assertTrue(shown.hasStatus, "has a status");
        vm.assertEq(shown.statusIndex, 42, "status");
        vm.assertEq(shown.holderKey, bytes32(0), "holder's key");
    }

    function test_AValueOfEachType() public view {
        Claim[] memory claims = _shown(_values()).claims;
        vm.assertEq(claims.length, 7, "claims");
        _assertClaim(claims, "active", 4, 1);
        _assertClaim(claims, "badge", 2, uint256(keccak256(hex"0102")));
        _assertClaim(claims, "born", 5, OFFSET + 20_000);
        _assertClaim(claims, "home", 7, uint160(alice));
        _assertClaim(claims, "level", 3, OFFSET - 5);
        _assertClaim(claims, "role", 1, uint256(keccak256("auditor")));
        _assertClaim(claims, "seen", 6, OFFSET + START);
    }

    function test_AnyAttributeCanBeAbsent() public view {
        bytes[] memory values = new bytes[](7);
        for (uint256 i = 0; i < 7; ++i) {
            values[i] = hex"00";
        }
        Claim[] memory claims = _shown(values).claims;
        for (uint256 i = 0; i < 7; ++i) {
            _assertClaim(claims, _names[i], 0, 0);
        }
    }

    function test_TheExtremesOfEachType() public view {
        bytes[] memory values = _values();
        values[6] = hex"0400";
        values[5] = hex"020000";
        values[4] = PolicyBytes.number(5, -719_162);
        values[3] = abi.encodePacked(uint8(7), address(0));
        values[2] = PolicyBytes.number(3, -int256(OFFSET) + 1);
        values[1] = PolicyBytes.text(string(new bytes(1024)));
        values[0] = PolicyBytes.number(6, -62_135_596_800);
        _shown(values);
        values[4] = PolicyBytes.number(5, 2_932_896);
        values[3] = abi.encodePacked(uint8(7), address(type(uint160).max));
        values[2] = PolicyBytes.number(3, int256(OFFSET) - 1);
        values[0] = PolicyBytes.number(6, 253_402_300_799);
        _shown(values);
    }

    function testFuzz_ValuesComeOutAsTheyWentIn(
        int256 level,
        bool active,
        address home,
        bytes calldata badge,
        uint32 seen
    ) public view {
        level = level % int256(OFFSET);
        bytes[] memory values = _values();
        values[6] = abi.encodePacked(uint8(4), active);
        values[5] = abi.encodePacked(uint8(2), uint16(badge.length), badge);
        values[3] = abi.encodePacked(uint8(7), home);
        values[2] = PolicyBytes.number(3, level);
        values[0] = PolicyBytes.number(6, int256(uint256(seen)));
        Claim[] memory claims = _shown(values).claims;
        _assertClaim(claims, "active", 4, active ? 1 : 0);
        _assertClaim(claims, "badge", 2, uint256(keccak256(badge)));
        _assertClaim(claims, "home", 7, uint160(home));
        _assertClaim(claims, "level", 3, uint256(int256(OFFSET) + level));
        _assertClaim(claims, "seen", 6, OFFSET + seen);
    }

    // What is malformed.

    function test_InvalidValues_OfAnotherType() public {
        for (uint256 i = 0; i < 7; ++i) {
            bytes[] memory values = _values();
            values[i] = values[(i + 1) % 7];
            _refuses(_encode(values), _invalidValues());
        }
    }

    function test_InvalidValues_OfATypeThatIsNone() public {
        bytes[] memory values = _values();
        values[2] = hex"080000000000000000";
        _refuses(_encode(values), _invalidValues());
    }

    function test_InvalidValues_WhereOneIsLeftOver() public {
        _refuses(bytes.concat(_encode(_values()), hex"00"), _invalidValues());
    }

    function test_Truncated() public {
        bytes memory values = _encode(_values());
        for (uint256 length = 0; length < values.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                cut[i] = values[i];
            }
            vm.expectPartialRevert(IPolicyChecker.Truncated.selector);
            attributes.verify(indexedPolicy, _shownAs(cut, ""), DIGEST);
        }
    }

    function test_DisclosedValueInvalid_BeyondTheRangeOfATypes() public {
        _refusesValue(6, hex"0402");
        _refusesValue(4, PolicyBytes.number(5, -719_163));
        _refusesValue(4, PolicyBytes.number(5, 2_932_897));
        _refusesValue(2, PolicyBytes.number(3, -int256(OFFSET)));
        _refusesValue(2, PolicyBytes.number(3, int256(OFFSET)));
        _refusesValue(1, PolicyBytes.text(string(new bytes(1025))));
        _refusesValue(0, PolicyBytes.number(6, -62_135_596_801));
        _refusesValue(0, PolicyBytes.number(6, 253_402_300_800));
    }

    // Validity.

    function test_InvalidValues_OfValidityOffTheGranularity() public {
        _refuses(_encodeWith(PolicyBytes.number(5, VALID_UNTIL + 1)), _invalidValues());
        _refuses(_encodeWith(PolicyBytes.number(5, VALID_UNTIL - 6)), _invalidValues());
    }

    function test_InvalidValues_OfValidityBeforeTheLifetime() public {
        _refuses(_encodeWith(PolicyBytes.number(5, 21)), _invalidValues());
        _refuses(_encodeWith(PolicyBytes.number(5, 0)), _invalidValues());
        _refuses(_encodeWith(PolicyBytes.number(5, -7)), _invalidValues());
    }

    function test_InvalidValues_OfValidityThatIsNoDate() public {
        _refuses(_encodeWith(hex"00"), _invalidValues());
        _refuses(_encodeWith(PolicyBytes.number(3, VALID_UNTIL)), _invalidValues());
    }

    function test_TheLeastValidity() public view {
        bytes[] memory values =
            AttributeHolder.slotsOf(PolicyBytes.number(5, 28), STATUS_INDEX, _values());
        ShownCredential memory shown = _shownWith(values);
        vm.assertEq(shown.freshSince, 0, "freshness");
        vm.assertEq(shown.validUntil, 28 days, "validity");
    }

    function test_CredentialFromFuture_AMinuteAhead() public {
        bytes memory values = _encode(_values());
        uint256 start = uint256(VALID_UNTIL - 28) * 1 days;
        vm.warp(start - 61);
        bytes4 selector = IAttributeVerifier.CredentialFromFuture.selector;
        _refuses(values, abi.encodeWithSelector(selector, 0));
        vm.warp(start - 60);
        _shown(_values());
    }

    // Status.

    function test_InvalidValues_OfAStatusThatIsNoIndex() public {
        _refuses(_encodeStatus(hex"00"), _invalidValues());
        _refuses(_encodeStatus(PolicyBytes.number(3, -1)), _invalidValues());
        _refuses(_encodeStatus(PolicyBytes.number(3, 2 ** 32)), _invalidValues());
        _refuses(_encodeStatus(PolicyBytes.number(5, 42)), _invalidValues());
    }

    function test_TheExtremesOfAStatus() public view {
        for (int256 i = 0; i < 2; ++i) {
            int256 index = i * (2 ** 32 - 1);
            bytes[] memory values = AttributeHolder.slotsOf(
                PolicyBytes.number(5, VALID_UNTIL), PolicyBytes.number(3, index), _values()
            );
            vm.assertEq(_shownWith(values).statusIndex, uint256(index), "status");
        }
    }

    function test_ARevokedCredentialIsRefused() public {
        _admit(PolicyBytes.policy(_pins(), PolicyBytes.attribute(TypeId.unwrap(indexedId))));
        Show[] memory shows =
            _only(0, _holds(indexedId, STATUS_INDEX, _values()), VALIDITY | STATUS, 0);
        IPresentationVerifier.Access memory access = _access();
        _consume(access, _present(access, shows));
        IStatusRegistry status = issuers.status();
        vm.prank(CONTROLLER);
        status.revoke(issuerId, indexedId, 42);
        access = _access();
        _refuses(access, _present(access, shows), Verdict.FALSE);
    }

    /// @dev Without an index the slot stays hidden, whatever it holds.
    function test_StatusIsNotDisclosedWithoutAnIndex() public {
        Show[] memory shows = _shows();
        shows[0].slots |= STATUS;
        bytes memory values =
            AttributeHolder.valuesOf(shows[0].held, shows[0].slots & ~shows[0].constants);
        bytes memory policy = _policy();
        vm.expectRevert(_invalidValues());
        attributes.verify(policy, _shownAs(values, ""), DIGEST);
    }

    // Other slots than the leaf asks for.

    function test_ProofMalformed_WhereOtherSlotsAreDisclosed() public {
        AttributeHolder.Held memory held = _holds(indexedId, STATUS_INDEX, _values());
        bytes memory values = AttributeHolder.valuesOf(held, ALL_SLOTS);
        _refusesProof(held, values, ALL_SLOTS | 1, BBS.ProofMalformed.selector);
        _refusesProof(held, values, ALL_SLOTS & ~ROLE, BBS.ProofMalformed.selector);
        _refusesProof(held, values, (ALL_SLOTS & ~ROLE) | 1, BBS.ProofInvalid.selector);
    }

    // How it is done.

    function _values() private view returns (bytes[] memory values) {
        values = new bytes[](7);
        values[6] = hex"0401";
        values[5] = hex"0200020102";
        values[4] = PolicyBytes.number(5, 20_000);
        values[3] = abi.encodePacked(uint8(7), alice);
        values[2] = PolicyBytes.number(3, -5);
        values[1] = PolicyBytes.text("auditor");
        values[0] = PolicyBytes.number(6, int256(uint256(START)));
    }

    function _shown(bytes[] memory values) private view returns (ShownCredential memory) {
        bytes memory validity = PolicyBytes.number(5, VALID_UNTIL);
        return _shownWith(AttributeHolder.slotsOf(validity, STATUS_INDEX, values));
    }

    function _shownWith(bytes[] memory values) private view returns (ShownCredential memory shown) {
        AttributeHolder.Held memory held =
            AttributeHolder.issue(suite, BBS_SECRET, DID, indexedId, values);
        bytes memory proof = AttributeHolder.prove(held, ALL_SLOTS, DIGEST, 1);
        bytes memory all = AttributeHolder.valuesOf(held, ALL_SLOTS);
        uint256 slots;
        (shown, slots) = attributes.verify(indexedPolicy, _shownAs(all, proof), DIGEST);
        vm.assertEq(slots, ALL_SLOTS, "slots");
    }

    function _shownAs(bytes memory values, bytes memory proof)
        private
        view
        returns (IAttributeVerifier.Shown memory)
    {
        return IAttributeVerifier.Shown(0, keyId, values, proof);
    }

    function _encode(bytes[] memory values) private pure returns (bytes memory) {
        return _join(PolicyBytes.number(5, VALID_UNTIL), STATUS_INDEX, values);
    }

    function _encodeWith(bytes memory validity) private view returns (bytes memory) {
        return _join(validity, STATUS_INDEX, _values());
    }

    function _encodeStatus(bytes memory status) private view returns (bytes memory) {
        return _join(PolicyBytes.number(5, VALID_UNTIL), status, _values());
    }

    function _join(bytes memory validity, bytes memory status, bytes[] memory values)
        private
        pure
        returns (bytes memory all)
    {
        all = bytes.concat(validity, status);
        for (uint256 i = 0; i < values.length; ++i) {
            all = bytes.concat(all, values[i]);
        }
    }

    function _assertClaim(Claim[] memory claims, string memory name, uint8 typeCode, uint256 value)
        private
        pure
    {
        uint256 found;
        for (uint256 i = 0; i < claims.length; ++i) {
            if (claims[i].name != keccak256(bytes(name))) continue;
            ++found;
            vm.assertEq(claims[i].typeCode, typeCode, name);
            vm.assertEq(claims[i].value, value, name);
        }
        vm.assertEq(found, 1, name);
    }

    function _invalidValues() private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAttributeVerifier.InvalidValues.selector, 0);
    }

    function _refuses(bytes memory values, bytes memory reason) private {
        vm.expectRevert(reason);
        attributes.verify(indexedPolicy, _shownAs(values, ""), DIGEST);
    }

    function _refusesValue(uint256 place, bytes memory value) private {
        bytes[] memory values = _values();
        values[place] = value;
        bytes4 selector = TypedMessages.DisclosedValueInvalid.selector;
        _refuses(_encode(values), abi.encodeWithSelector(selector, uint8(value[0])));
    }

    function _refusesProof(
        AttributeHolder.Held memory held,
        bytes memory values,
        uint256 slots,
        bytes4 selector
    ) private {
        bytes memory proof = AttributeHolder.prove(held, slots, DIGEST, 1);
        vm.expectPartialRevert(selector);
        attributes.verify(indexedPolicy, _shownAs(values, proof), DIGEST);
    }
}
