// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {CheckerFixture} from "./support/CheckerFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

/// @notice What is refused of a policy as a whole, and of the nodes of its tree.
contract PolicyTreeTest is CheckerFixture {
    bytes private a = PolicyBytes.sdJwt("a");
    bytes private b = PolicyBytes.sdJwt("b");
    bytes private attribute_ = PolicyBytes.attribute(SCHEMA);
    bytes private listed = PolicyBytes.list(LIST, 0);
    bytes private held = PolicyBytes.token(1, REGISTRY, 0, 1);
    bytes private member_ = PolicyBytes.member(LIST);

    function test_ASmallPolicyIsTaken() public view {
        _assertTaken(PolicyBytes.policy("", TIME), "time");
        _assertTaken(PolicyBytes.policy(_listPins(), listed), "list");
        _assertTaken(PolicyBytes.policy("", held), "token");
        _assertTaken(PolicyBytes.policy("", member_), "member");
    }

    function test_PolicyTooLong() public view {
        bytes4 selector = IPolicyChecker.PolicyTooLong.selector;
        _assertRefused(new bytes(16_385), selector, "16,385 bytes");
        _assertRefused(new bytes(16_384), IPolicyChecker.UnknownVersion.selector, "16,384 bytes");
    }

    function test_UnknownVersion() public view {
        bytes memory policy = PolicyBytes.policy("", TIME);
        policy[0] = 0x02;
        _assertRefused(policy, IPolicyChecker.UnknownVersion.selector, "version 2");
    }

    function test_Truncated() public view {
        bytes memory policy = PolicyBytes.policy(_listPins(), listed);
        for (uint256 length = 0; length < policy.length; ++length) {
            bytes memory part = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                part[i] = policy[i];
            }
            _assertRefused(part, IPolicyChecker.Truncated.selector, vm.toString(length));
        }
        bytes memory short = PolicyBytes.node(0x14, new bytes(15));
        _assertRefused(
            PolicyBytes.policy("", short), IPolicyChecker.Truncated.selector, "a node cut off"
        );
    }

    function test_TrailingBytes() public view {
        bytes4 selector = IPolicyChecker.TrailingBytes.selector;
        _assertRefused(bytes.concat(PolicyBytes.policy("", TIME), hex"00"), selector, "policy");
        bytes memory long = PolicyBytes.node(0x14, hex"00000000000000010000000000000002ff");
        _assertRefused(PolicyBytes.policy("", long), selector, "node");
    }

    function test_TheLifetimeIsOneTo300Seconds() public view {
        bytes4 selector = IPolicyChecker.OutOfRange.selector;
        bytes memory none = PolicyBytes.NO_QUOTA;
        _assertRefused(PolicyBytes.policy(0, none, "", TIME), selector, "0");
        _assertTaken(PolicyBytes.policy(1, none, "", TIME), "1");
        _assertTaken(PolicyBytes.policy(300, none, "", TIME), "300");
        _assertRefused(PolicyBytes.policy(301, none, "", TIME), selector, "301");
    }

    function test_AQuotaIsWholeAndCountsByAKey() public view {
        bytes4 selector = IPolicyChecker.OutOfRange.selector;
        bytes memory quota = hex"0000000100000001";
        _assertTaken(PolicyBytes.policy(1, quota, _sdJwtPins(), a), "SD-JWT");
        _assertRefused(
            PolicyBytes.policy(1, hex"0000000100000000", _sdJwtPins(), a), selector, "no period"
        );
        _assertRefused(
            PolicyBytes.policy(1, hex"0000000000000001", _sdJwtPins(), a), selector, "no limit"
        );
        selector = IPolicyChecker.QuotaWithoutKey.selector;
        _assertRefused(PolicyBytes.policy(1, quota, "", TIME), selector, "time");
        _assertRefused(
            PolicyBytes.policy(1, quota, _attributePins(), attribute_), selector, "attribute"
        );
    }

    function test_EveryBranchShowsAKeyOrThereIsNoQuota() public view {
        bytes memory quota = hex"0000000100000001";
        bytes4 selector = IPolicyChecker.QuotaWithoutKey.selector;
        bytes memory tree = PolicyBytes.any(a, TIME);
        _assertRefused(PolicyBytes.policy(1, quota, _sdJwtPins(), tree), selector, "any");
        tree = PolicyBytes.all(0, a, TIME);
        _assertTaken(PolicyBytes.policy(1, quota, _sdJwtPins(), tree), "all");
        tree = PolicyBytes.atLeast(2, 2, a, b, TIME);
        _assertTaken(PolicyBytes.policy(1, quota, _sdJwtPins(), tree), "two of three");
        tree = PolicyBytes.atLeast(0, 2, a, TIME, LATER);
        _assertRefused(PolicyBytes.policy(1, quota, _sdJwtPins(), tree), selector, "two without");
    }

    function test_Reserved() public view {
        bytes memory policy = PolicyBytes.policy("", TIME);
        policy[11] = 0x01;
        _assertRefused(policy, IPolicyChecker.Reserved.selector, "a price");
        policy = PolicyBytes.policy("", PolicyBytes.node(0x13, ""));
        _assertRefused(policy, IPolicyChecker.Reserved.selector, "a payment");
    }

    function test_UnknownTag() public view {
        bytes4 selector = IPolicyChecker.UnknownTag.selector;
        _assertRefused(PolicyBytes.policy("", PolicyBytes.node(0x00, "")), selector, "0");
        _assertRefused(PolicyBytes.policy("", PolicyBytes.node(0x05, "")), selector, "5");
        _assertRefused(PolicyBytes.policy("", PolicyBytes.node(0x17, "")), selector, "17");
    }

    function test_UnknownRegistry() public view {
        bytes4 selector = IPolicyChecker.UnknownRegistry.selector;
        bytes32 code = keccak256("code");
        bytes memory pin = PolicyBytes.pin(0, REGISTRY, code);
        _assertRefused(PolicyBytes.policy(pin, TIME), selector, "0");
        pin = PolicyBytes.pin(6, REGISTRY, code);
        _assertRefused(PolicyBytes.policy(pin, TIME), selector, "6");
    }

    function test_PinsStandInOrderOnce() public view {
        bytes4 selector = IPolicyChecker.NotCanonical.selector;
        bytes memory one = _pins(1 << 1);
        bytes memory three = _pins(1 << 3);
        _assertTaken(PolicyBytes.policy(bytes.concat(one, three), a), "in order");
        _assertRefused(PolicyBytes.policy(bytes.concat(three, one), a), selector, "out of order");
        _assertRefused(
            PolicyBytes.policy(bytes.concat(one, one, three), a), selector, "the same twice"
        );
    }

    function test_APinNamesCodeAtAnAddress() public view {
        bytes memory pin = PolicyBytes.pin(4, address(0), keccak256("code"));
        _assertRefused(
            PolicyBytes.policy(pin, listed), IPolicyChecker.InvalidAddress.selector, "nowhere"
        );
        pin = PolicyBytes.pin(4, REGISTRY, 0);
        _assertRefused(
            PolicyBytes.policy(pin, listed), IPolicyChecker.InvalidCodeHash.selector, "no code"
        );
    }

    function test_ExactlyTheNeededRegistriesArePinned() public view {
        bytes[5] memory leaves = [
            a,
            attribute_,
            listed,
            PolicyBytes.attestation(0, abi.encodePacked(REGISTRY), 0, 0),
            held
        ];
        uint256[5] memory needed =
            [uint256(1 << 1 | 1 << 3), 1 << 1 | 1 << 2 | 1 << 3, 1 << 4, 1 << 5, 0];
        for (uint256 i = 0; i < leaves.length; ++i) {
            for (uint256 kinds = 0; kinds < 64; kinds += 2) {
                bytes4 wanted;
                if (kinds & needed[i] != needed[i]) {
                    wanted = IPolicyChecker.RegistryMissing.selector;
                } else if (kinds != needed[i]) {
                    wanted = IPolicyChecker.RegistrySuperfluous.selector;
                }
                bytes4 found = _errorOf(PolicyBytes.policy(_pins(kinds), leaves[i]));
                vm.assertEq(found == 0, wanted == 0, vm.toString(kinds));
            }
        }
        _assertRefused(
            PolicyBytes.policy("", listed), IPolicyChecker.RegistryMissing.selector, "missing"
        );
        _assertRefused(
            PolicyBytes.policy(_listPins(), TIME),
            IPolicyChecker.RegistrySuperfluous.selector,
            "superfluous"
        );
    }

    function test_TooDeep() public view {
        bytes memory tree = TIME;
        for (uint256 levels = 1; levels < 8; ++levels) {
            tree = PolicyBytes.not(tree);
        }
        _assertTaken(PolicyBytes.policy("", tree), "8 levels");
        tree = PolicyBytes.not(tree);
        _assertRefused(PolicyBytes.policy("", tree), IPolicyChecker.TooDeep.selector, "9 levels");
    }

    function _anyOf(uint64 first, uint8 count) private pure returns (bytes memory) {
        bytes memory children;
        for (uint64 i = 0; i < count; ++i) {
            children = bytes.concat(children, PolicyBytes.time(first + i, OPEN_END));
        }
        return PolicyBytes.node(0x02, abi.encodePacked(count, children));
    }

    function test_ChildrenAreTwoTo32() public view {
        _assertTaken(PolicyBytes.policy("", _anyOf(1, 32)), "32");
        bytes4 selector = IPolicyChecker.TooManyChildren.selector;
        _assertRefused(PolicyBytes.policy("", _anyOf(1, 33)), selector, "33");
        selector = IPolicyChecker.TooFewChildren.selector;
        _assertRefused(PolicyBytes.policy("", _anyOf(1, 1)), selector, "any of one");
        bytes memory all = PolicyBytes.node(0x01, abi.encodePacked(uint16(1), TIME));
        _assertRefused(PolicyBytes.policy("", all), selector, "all of one");
        bytes memory atLeast = PolicyBytes.node(0x03, abi.encodePacked(hex"000101", TIME));
        _assertTaken(PolicyBytes.policy("", atLeast), "at least one of one");
        selector = IPolicyChecker.EmptyTree.selector;
        _assertRefused(PolicyBytes.policy("", _anyOf(1, 0)), selector, "none");
    }

    function test_TooManyLeaves() public view {
        bytes memory most = PolicyBytes.any(_anyOf(1, 32), _anyOf(100, 32));
        _assertTaken(PolicyBytes.policy("", most), "64");
        bytes memory more = PolicyBytes.any(most, TIME);
        _assertRefused(PolicyBytes.policy("", more), IPolicyChecker.TooManyLeaves.selector, "65");
    }

    function test_ChildrenStandInOrderOnce() public view {
        bytes4 selector = IPolicyChecker.NotCanonical.selector;
        _assertTaken(PolicyBytes.policy("", PolicyBytes.any(TIME, LATER)), "in order");
        _assertRefused(
            PolicyBytes.policy("", PolicyBytes.any(LATER, TIME)), selector, "out of order"
        );
        _assertRefused(
            PolicyBytes.policy("", PolicyBytes.any(TIME, TIME)),
            IPolicyChecker.DuplicateChild.selector,
            "twice"
        );
    }

    function test_AtLeastNeedsOneToAllChildren() public view {
        bytes4 selector = IPolicyChecker.OutOfRange.selector;
        bytes memory tree = PolicyBytes.atLeast(0, 0, TIME, LATER);
        _assertRefused(PolicyBytes.policy("", tree), selector, "none");
        tree = PolicyBytes.atLeast(0, 3, TIME, LATER);
        _assertRefused(PolicyBytes.policy("", tree), selector, "three of two");
        _assertTaken(PolicyBytes.policy("", PolicyBytes.atLeast(0, 2, TIME, LATER)), "both");
    }

    function test_HolderIsSaidWhereTwoCredentialsAreShown() public view {
        bytes memory pins = _sdJwtPins();
        bytes4 missing = IPolicyChecker.HolderMissing.selector;
        bytes4 superfluous = IPolicyChecker.HolderSuperfluous.selector;
        _assertRefused(PolicyBytes.policy(pins, PolicyBytes.all(0, a, b)), missing, "all");
        _assertTaken(PolicyBytes.policy(pins, PolicyBytes.all(1, a, b)), "same");
        _assertTaken(PolicyBytes.policy(pins, PolicyBytes.all(2, a, b)), "any");
        _assertRefused(
            PolicyBytes.policy(pins, PolicyBytes.all(3, a, b)),
            IPolicyChecker.UnknownHolder.selector,
            "unknown"
        );
        _assertRefused(
            PolicyBytes.policy(pins, PolicyBytes.all(2, a, TIME)), superfluous, "one credential"
        );
        bytes memory tree = PolicyBytes.atLeast(0, 2, a, b, TIME);
        _assertRefused(PolicyBytes.policy(pins, tree), missing, "at least two");
        tree = PolicyBytes.atLeast(2, 1, a, b, TIME);
        _assertRefused(PolicyBytes.policy(pins, tree), superfluous, "at least one");
        tree = PolicyBytes.atLeast(0, 1, a, b, TIME);
        _assertTaken(PolicyBytes.policy(pins, tree), "at least one, not said");
    }

    function test_HolderNotProvable() public view {
        bytes memory tree = PolicyBytes.all(1, a, attribute_);
        _assertRefused(
            PolicyBytes.policy(_attributePins(), tree),
            IPolicyChecker.HolderNotProvable.selector,
            "same"
        );
        tree = PolicyBytes.all(2, a, attribute_);
        _assertTaken(PolicyBytes.policy(_attributePins(), tree), "any");
    }

    function test_NotOverCredential() public view {
        bytes4 selector = IPolicyChecker.NotOverCredential.selector;
        _assertRefused(PolicyBytes.policy(_sdJwtPins(), PolicyBytes.not(a)), selector, "alone");
        bytes memory tree = PolicyBytes.not(PolicyBytes.any(a, TIME));
        _assertRefused(PolicyBytes.policy(_sdJwtPins(), tree), selector, "in a tree");
    }

    function test_NotOverSupplied() public view {
        bytes4 selector = IPolicyChecker.NotOverSupplied.selector;
        bytes memory tree = PolicyBytes.all(0, PolicyBytes.not(member_), held);
        _assertRefused(PolicyBytes.policy("", tree), selector, "member");
        bytes memory attested = PolicyBytes.attestation(0, abi.encodePacked(REGISTRY), 0, 0);
        tree = PolicyBytes.all(0, PolicyBytes.not(attested), held);
        _assertRefused(PolicyBytes.policy(_pins(1 << 5), tree), selector, "attestation");
    }

    function test_NotOverAnAccountStandsBesideAPositiveLeaf() public view {
        bytes4 selector = IPolicyChecker.NotOverAddress.selector;
        bytes memory negated = PolicyBytes.not(held);
        _assertRefused(PolicyBytes.policy("", negated), selector, "alone");
        _assertRefused(PolicyBytes.policy("", PolicyBytes.not(negated)), selector, "twice");
        bytes memory tree = PolicyBytes.all(0, negated, TIME);
        _assertRefused(PolicyBytes.policy("", tree), selector, "beside a window");
        tree = PolicyBytes.any(negated, member_);
        _assertRefused(PolicyBytes.policy("", tree), selector, "in any");
        tree = PolicyBytes.all(0, negated, member_);
        _assertTaken(PolicyBytes.policy("", tree), "beside a member");
        tree = PolicyBytes.all(0, negated, listed);
        _assertTaken(PolicyBytes.policy(_listPins(), tree), "beside a list");
        tree = PolicyBytes.all(0, PolicyBytes.any(negated, TIME), listed);
        _assertRefused(PolicyBytes.policy(_listPins(), tree), selector, "one level below");
        tree = PolicyBytes.all(0, PolicyBytes.not(PolicyBytes.any(held, TIME)), listed);
        _assertTaken(PolicyBytes.policy(_listPins(), tree), "over a tree");
        _assertTaken(PolicyBytes.policy("", PolicyBytes.not(TIME)), "over a window");
    }

    function _from(string memory vct, string memory issuer) private pure returns (bytes memory) {
        bytes memory named = bytes.concat(hex"01", PolicyBytes.text16(issuer));
        return PolicyBytes.sdJwt(vct, named, 0, 0, hex"00");
    }

    function test_UnderAtLeastTwoNoCredentialCountsTwice() public view {
        bytes4 selector = IPolicyChecker.NotDisjoint.selector;
        bytes memory pins = _sdJwtPins();
        bytes memory tree = PolicyBytes.atLeast(2, 2, a, b);
        _assertTaken(PolicyBytes.policy(pins, tree), "two types");
        bytes memory older = PolicyBytes.sdJwt("a", hex"00", 1, 0, hex"00");
        tree = PolicyBytes.atLeast(2, 2, a, older);
        _assertRefused(PolicyBytes.policy(pins, tree), selector, "one type");
        tree = PolicyBytes.atLeast(0, 1, a, older);
        _assertTaken(PolicyBytes.policy(pins, tree), "one is enough");
        tree = PolicyBytes.all(2, a, older);
        _assertTaken(PolicyBytes.policy(pins, tree), "all");
        tree = PolicyBytes.atLeast(2, 2, _from("a", "did:x:1"), _from("a", "did:x:2"));
        _assertTaken(PolicyBytes.policy(pins, tree), "two issuers");
        tree = PolicyBytes.atLeast(2, 2, a, _from("a", "did:x:2"));
        _assertRefused(PolicyBytes.policy(pins, tree), selector, "any issuer");
        bytes memory nested = PolicyBytes.any(older, TIME);
        tree = PolicyBytes.atLeast(2, 2, nested, a);
        _assertRefused(PolicyBytes.policy(pins, tree), selector, "in a branch");
    }

    function test_IssuersInCommonAreFoundWhereverTheyStand() public view {
        for (uint256 common = 0; common < 6; ++common) {
            bytes memory left = hex"03";
            bytes memory right = hex"03";
            for (uint8 i = 0; i < 3; ++i) {
                left = bytes.concat(left, _did(i * 2));
                right = bytes.concat(right, _did(common == 2 * i ? i * 2 : i * 2 + 1));
            }
            bytes memory tree = PolicyBytes.atLeast(
                2,
                2,
                PolicyBytes.sdJwt("a", left, 0, 0, hex"00"),
                PolicyBytes.sdJwt("a", right, 0, 0, hex"00")
            );
            bytes4 found = _errorOf(PolicyBytes.policy(_sdJwtPins(), tree));
            bytes4 wanted = common % 2 == 0 ? IPolicyChecker.NotDisjoint.selector : bytes4(0);
            vm.assertEq(bytes32(found), bytes32(wanted), vm.toString(common));
        }
    }

    function _did(uint256 number) private pure returns (bytes memory) {
        return PolicyBytes.text16(string.concat("did:x:", vm.toString(number)));
    }
}
