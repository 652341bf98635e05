// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PolicyChecker} from "../src/PolicyChecker.sol";
import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {Fixture} from "./support/Fixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice Bytes with one fault each, refused by its name: what random bytes seldom come to.
contract PolicyRefusalsTest is Fixture {
    bytes private constant ONE_DID = hex"01000e6469643a7765623a612e74657374";

    PolicyChecker private checker;

    function setUp() public override {
        super.setUp();
        checker = new PolicyChecker();
    }

    function test_EmptyTime() public view {
        _refusesTree(PolicyBytes.time(0, type(uint64).max), IPolicyChecker.EmptyTime.selector);
    }

    function test_OutOfRange_NoTimeEndsAtZero() public view {
        _refusesTree(PolicyBytes.time(0, 0), IPolicyChecker.OutOfRange.selector);
    }

    function test_TooManyAttesters() public view {
        bytes memory attesters;
        for (uint160 i = 1; i <= 33; ++i) {
            attesters = abi.encodePacked(attesters, i);
        }
        _refusesTree(
            PolicyBytes.attestation(0, attesters, 0, 0), IPolicyChecker.TooManyAttesters.selector
        );
    }

    function test_NotCanonical_IssuersNotAscending() public view {
        bytes memory issuers = bytes.concat(
            hex"02", PolicyBytes.text16("did:web:b.test"), PolicyBytes.text16("did:web:a.test")
        );
        _refusesTree(
            PolicyBytes.sdJwt("t", issuers, 0, 0, hex"00"), IPolicyChecker.NotCanonical.selector
        );
    }

    function test_InvalidDid() public view {
        _refusesDID("did");
        _refusesDID(string(bytes.concat("did:web:", new bytes(1020))));
        _refusesDID("did:web:a%4");
        _refusesDID("did:web:a%4x.test");
        _refusesDID("did:web:a b");
        _refusesDID("did:WEB:a");
    }

    function test_TooManyClaims() public view {
        _refusesClaims(hex"21", IPolicyChecker.TooManyClaims.selector);
    }

    function test_RegisteredClaim() public view {
        _refusesClaim("iss", 1, 1, PolicyBytes.text("a"), IPolicyChecker.RegisteredClaim.selector);
    }

    function test_ClaimName_Empty() public view {
        _refusesClaim("", 1, 1, PolicyBytes.text("a"), IPolicyChecker.ClaimName.selector);
    }

    function test_EmptyOperands() public view {
        _refusesClaim("a", 1, 0, "", IPolicyChecker.EmptyOperands.selector);
    }

    function test_OperatorType() public view {
        _refusesClaim("a", 3, 1, PolicyBytes.text("a"), IPolicyChecker.OperatorType.selector);
    }

    function test_OperandNotInSdJwt() public view {
        bytes memory date = PolicyBytes.number(5, 20_000);
        _refusesClaim("a", 1, 1, date, IPolicyChecker.OperandNotInSdJwt.selector);
    }

    function test_MixedTypes() public view {
        bytes memory values = bytes.concat(PolicyBytes.text("a"), PolicyBytes.number(3, 1));
        _refusesClaim("a", 2, 2, values, IPolicyChecker.MixedTypes.selector);
    }

    function test_EmptyRange() public view {
        bytes memory values = bytes.concat(PolicyBytes.number(3, 2), PolicyBytes.number(3, 1));
        _refusesClaim("a", 5, 2, values, IPolicyChecker.EmptyRange.selector);
    }

    function test_DuplicateValue() public view {
        bytes memory values = bytes.concat(PolicyBytes.text("a"), PolicyBytes.text("a"));
        _refusesClaim("a", 2, 2, values, IPolicyChecker.DuplicateValue.selector);
    }

    function test_NotCanonical_ValuesNotAscending() public view {
        bytes memory values = bytes.concat(PolicyBytes.text("b"), PolicyBytes.text("a"));
        _refusesClaim("a", 2, 2, values, IPolicyChecker.NotCanonical.selector);
    }

    function test_NotCanonical_BooleanIsNeitherZeroNorOne() public view {
        _refusesClaim("a", 1, 1, hex"0402", IPolicyChecker.NotCanonical.selector);
    }

    function test_TextTooLong() public view {
        bytes memory text = PolicyBytes.text(string(new bytes(1025)));
        _refusesClaim("a", 1, 1, text, IPolicyChecker.TextTooLong.selector);
    }

    function test_InvalidUtf8() public view {
        bytes4 fault = IPolicyChecker.InvalidUtf8.selector;
        _refusesClaim("a", 1, 1, hex"010002c080", fault); // overlong
        _refusesClaim("a", 1, 1, hex"010003eda080", fault); // a surrogate
        _refusesClaim("a", 1, 1, hex"010003e08080", fault); // overlong
        _refusesClaim("a", 1, 1, hex"010004f0808080", fault); // overlong
        _refusesClaim("a", 1, 1, hex"010004f4908080", fault); // beyond U+10FFFF
        _refusesClaim("a", 1, 1, hex"010001c3", fault); // cut off
    }

    function test_UnicodeOfEveryLengthIsTaken() public view {
        bytes memory text = PolicyBytes.text(unicode"aé€𝄞");
        bytes memory claims = bytes.concat(hex"01", PolicyBytes.claim("a", 1, 1, text));
        bytes memory tree = PolicyBytes.sdJwt("t", ONE_DID, 0, 0, claims);
        // All is well but for the registries, which are looked for at the very end.
        _refusesTree(tree, IPolicyChecker.RegistryMissing.selector);
    }

    function test_InvalidDatetime_OfAValue() public view {
        _refusesAttribute(hex"06ffffffffffffffff", IPolicyChecker.InvalidDatetime.selector);
        _refusesAttribute(hex"05ffffffffffffffff", IPolicyChecker.InvalidDate.selector);
        _refusesAttribute(hex"03ffffffffffffffff", IPolicyChecker.IntegerOutOfRange.selector);
    }

    function test_ValuesOfEveryTypeAreTaken() public view {
        bytes4 fault = IPolicyChecker.RegistryMissing.selector;
        _refusesAttribute(PolicyBytes.text("a"), fault);
        _refusesAttribute(hex"020001ff", fault);
        _refusesAttribute(PolicyBytes.number(3, -1), fault);
        _refusesAttribute(hex"0401", fault);
        _refusesAttribute(PolicyBytes.number(5, 20_000), fault);
        _refusesAttribute(PolicyBytes.number(6, 1_800_000_000), fault);
        _refusesAttribute(abi.encodePacked(uint8(7), STRANGER), fault);
    }

    function test_ADIDWithEscapesIsTaken() public view {
        bytes memory issuers = bytes.concat(hex"01", PolicyBytes.text16("did:web:a%3A8080"));
        bytes memory tree = PolicyBytes.sdJwt("t", issuers, 0, 0, hex"00");
        _refusesTree(tree, IPolicyChecker.RegistryMissing.selector);
    }

    function test_TextCutOffWithinACharacter() public view {
        // The byte that completes the character belongs to what follows.
        bytes memory claims = abi.encodePacked(
            hex"02", hex"0161", hex"0101", hex"010001c3", hex"80", hex"0101", hex"0401"
        );
        _refusesClaims(claims, IPolicyChecker.InvalidUtf8.selector);
    }

    function test_PolicyTooLong() public view {
        _refuses(new bytes(16_385), IPolicyChecker.PolicyTooLong.selector);
    }

    function test_InvalidAddress_OfARegistry() public view {
        bytes memory pin = PolicyBytes.pin(1, address(0), bytes32(uint256(1)));
        _refuses(
            PolicyBytes.policy(pin, PolicyBytes.time(1, 2)), IPolicyChecker.InvalidAddress.selector
        );
    }

    function test_InvalidCodeHash_OfARegistry() public view {
        bytes memory pin = PolicyBytes.pin(1, STRANGER, 0);
        _refuses(
            PolicyBytes.policy(pin, PolicyBytes.time(1, 2)), IPolicyChecker.InvalidCodeHash.selector
        );
    }

    function test_NotOverAddress_OutsideAll() public view {
        bytes memory list = PolicyBytes.list(keccak256("a"), 0);
        bytes memory other = PolicyBytes.not(PolicyBytes.list(keccak256("b"), 0));
        _refusesTree(PolicyBytes.any(other, list), IPolicyChecker.NotOverAddress.selector);
    }

    function test_APolicyRestrictedByItselfIsItself() public view {
        bytes memory policy = PolicyBytes.policy("", PolicyBytes.time(1, 2));
        bytes[] memory restrictions = new bytes[](1);
        restrictions[0] = policy;
        vm.assertEq(checker.compose(policy, restrictions), policy, "composed");
    }

    function test_TooManyChildren_OfWhatIsComposed() public {
        bytes[] memory restrictions = new bytes[](33);
        for (uint64 i = 0; i < 33; ++i) {
            restrictions[i] = PolicyBytes.policy("", PolicyBytes.time(1, 3 + i));
        }
        bytes memory policy = PolicyBytes.policy("", PolicyBytes.time(1, 2));
        vm.expectRevert(abi.encodeWithSelector(IPolicyChecker.TooManyChildren.selector, 34));
        checker.compose(policy, restrictions);
    }

    function test_PolicyTooLong_OfWhatIsComposed() public {
        bytes[] memory restrictions = new bytes[](2);
        bytes memory policy = _longPolicy(0);
        (restrictions[0], restrictions[1]) = (_longPolicy(1), _longPolicy(2));
        vm.expectPartialRevert(IPolicyChecker.PolicyTooLong.selector);
        checker.compose(policy, restrictions);
    }

    /// @dev Credentials of many issuers, about 6 kB.
    // Safe: there are six.
    // forge-lint: disable-next-item(unsafe-typecast)
    function _longPolicy(uint8 serial) private view returns (bytes memory) {
        bytes memory issuers = hex"06";
        for (uint256 i = 0; i < 6; ++i) {
            bytes memory did = new bytes(1000);
            for (uint256 j = 0; j < did.length; ++j) {
                did[j] = 0x61;
            }
            issuers = bytes.concat(
                issuers,
                PolicyBytes.text16(string(bytes.concat("did:web:", bytes1(uint8(0x61 + i)), did)))
            );
        }
        bytes memory pins = bytes.concat(
            PolicyBytes.pin(1, address(this), bytes32(uint256(1))),
            PolicyBytes.pin(3, address(this), bytes32(uint256(1)))
        );
        string memory vct = string(bytes.concat("t", bytes1(0x61 + serial)));
        return PolicyBytes.policy(pins, PolicyBytes.sdJwt(vct, issuers, 0, 0, hex"00"));
    }

    function _refusesDID(string memory did) private view {
        bytes memory issuers = bytes.concat(hex"01", PolicyBytes.text16(did));
        _refusesTree(
            PolicyBytes.sdJwt("t", issuers, 0, 0, hex"00"), IPolicyChecker.InvalidDid.selector
        );
    }

    function _refusesClaim(
        string memory name,
        uint8 operator,
        uint8 count,
        bytes memory values,
        bytes4 fault
    ) private view {
        _refusesClaims(
            bytes.concat(hex"01", PolicyBytes.claim(name, operator, count, values)), fault
        );
    }

    function _refusesAttribute(bytes memory value, bytes4 fault) private view {
        bytes memory claims = bytes.concat(hex"01", PolicyBytes.claim("a", 1, 1, value));
        _refusesTree(PolicyBytes.attribute(keccak256("s"), hex"00", 0, 0, claims), fault);
    }

    function _refusesClaims(bytes memory claims, bytes4 fault) private view {
        _refusesTree(PolicyBytes.sdJwt("t", hex"00", 0, 0, claims), fault);
    }

    function _refusesTree(bytes memory tree, bytes4 fault) private view {
        _refuses(PolicyBytes.policy("", tree), fault);
    }

    function _refuses(bytes memory policy, bytes4 fault) private view {
        try checker.check(policy) {
            vm.assertTrue(false, "taken");
        } catch (bytes memory reason) {
            // Safe: what comes first in a reason is the selector.
            // forge-lint: disable-next-line(unsafe-typecast)
            vm.assertEq(bytes32(bytes4(reason)), bytes32(fault), "fault");
        }
    }
}
