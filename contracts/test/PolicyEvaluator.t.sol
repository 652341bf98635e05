// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyChecker} from "../src/interfaces/IPolicyChecker.sol";
import {Kleene} from "../src/libraries/policy/Kleene.sol";
import {Verdict} from "../src/types/Judgement.sol";
import {CaseFixture} from "./support/CaseFixture.sol";
import {PolicyBytes} from "./support/PolicyBytes.sol";

contract PolicyEvaluatorTest is CaseFixture {
    /// @dev Time windows, one of which is open.
    bytes private open_ = PolicyBytes.time(START, OPEN_END);
    bytes private shut = PolicyBytes.time(START + 1, OPEN_END);

    function _unread() private view returns (bytes memory) {
        return PolicyBytes.token(1, token, 0, 1);
    }

    function _listed() private returns (bytes memory) {
        _tellList(abi.encode(1));
        return PolicyBytes.list(LIST, 0);
    }

    function _held() private returns (bytes memory) {
        _tell(token, abi.encodeWithSignature("ownerOf(uint256)", 1), abi.encode(ACCOUNT));
        return PolicyBytes.token(3, token, 1, 1);
    }

    function _assertCarried(bytes memory tree, bool wanted, string memory reason) private {
        (Verdict verdict, bool isCarried) = _evaluate(PolicyBytes.policy(_pins(), tree));
        vm.assertEq(uint256(verdict), uint256(Verdict.TRUE), reason);
        vm.assertEq(isCarried, wanted, reason);
    }

    function test_AWindowIsHalfOpen() public {
        _assertTrue(PolicyBytes.time(START, START + 1), "first second");
        _assertFalse(PolicyBytes.time(START - 1, START), "ended");
        _assertTrue(PolicyBytes.time(0, START + 1), "without a start");
        _assertTrue(PolicyBytes.time(START, OPEN_END), "without an end");
    }

    function test_All() public {
        _assertTrue(PolicyBytes.all(0, open_, open_), "true, true");
        _assertUnknown(PolicyBytes.all(0, _unread(), open_), "unknown, true");
        _assertFalse(PolicyBytes.all(0, _unread(), shut), "unknown, false");
        _assertFalse(PolicyBytes.all(0, shut, _unread()), "false, unknown");
    }

    function test_Any() public {
        _assertFalse(PolicyBytes.any(shut, shut), "false, false");
        _assertUnknown(PolicyBytes.any(_unread(), shut), "unknown, false");
        _assertTrue(PolicyBytes.any(_unread(), open_), "unknown, true");
    }

    function test_Not() public {
        _assertFalse(PolicyBytes.not(open_), "true");
        _assertTrue(PolicyBytes.not(shut), "false");
        _assertUnknown(PolicyBytes.not(_unread()), "unknown");
    }

    function test_AtLeastCounts() public {
        _assertTrue(PolicyBytes.atLeast(0, 2, open_, shut, open_), "two true");
        _assertUnknown(PolicyBytes.atLeast(0, 2, open_, shut, _unread()), "could be two");
        _assertFalse(PolicyBytes.atLeast(0, 2, shut, shut, _unread()), "cannot be two");
        _assertTrue(PolicyBytes.atLeast(0, 1, shut, _unread(), open_), "one is enough");
    }

    function test_WhatCannotBeBorrowedCarries() public {
        _assertCarried(_listed(), true, "list");
        _assertCarried(_held(), false, "token");
        _assertCarried(open_, false, "time");
        _assertCarried(PolicyBytes.not(shut), false, "not");
    }

    function test_NodesCarryByAChildThatIsTrue() public {
        bytes memory listed = _listed();
        bytes memory held = _held();
        _assertCarried(PolicyBytes.all(0, held, listed), true, "all, with a list");
        _assertCarried(PolicyBytes.all(0, held, open_), false, "all, without");
        _assertCarried(PolicyBytes.any(held, listed), true, "any, the list behind the token");
        _assertCarried(PolicyBytes.atLeast(0, 1, held, open_, listed), true, "atLeast");
        _tellList(abi.encode(0));
        _assertCarried(PolicyBytes.any(held, listed), false, "any, not on the list");
        _assertCarried(PolicyBytes.atLeast(0, 2, held, open_, listed), false, "atLeast, without");
    }

    function test_WhatIsNotTrueIsNotCarried() public {
        bytes memory tree = PolicyBytes.all(0, _listed(), _unread());
        (Verdict verdict, bool isCarried) = _evaluate(PolicyBytes.policy(_pins(), tree));
        vm.assertEq(uint256(verdict), uint256(Verdict.UNKNOWN), "verdict");
        vm.assertTrue(!isCarried, "carried");
    }

    function test_LeavesThatAreNotJudgedAreCounted() public {
        bytes memory pair = PolicyBytes.atLeast(
            0, 1, PolicyBytes.sdJwt(VCT, hex"00", 1, 0, hex"00"), PolicyBytes.not(open_)
        );
        bytes memory nested =
            PolicyBytes.any(PolicyBytes.sdJwt(VCT), PolicyBytes.all(2, pair, pair));
        bytes memory tree =
            PolicyBytes.all(2, nested, PolicyBytes.sdJwt(VCT, hex"00", 2, 0, hex"00"));
        _showSdJwt(0);
        _assertFalse(tree, "the last leaf is not shown");
        _showSdJwt(2);
        _assertFalse(tree, "two leaves are passed over");
        _showSdJwt(3);
        _assertTrue(tree, "the last leaf is the fourth");
    }

    function test_TheCarryingKeyIsChosen() public {
        bytes memory held = _held();
        bytes memory first = PolicyBytes.sdJwt(VCT);
        bytes memory second = PolicyBytes.sdJwt(VCT, hex"00", 1, 0, hex"00");
        bytes memory both = PolicyBytes.any(first, second);
        bytes memory tree = PolicyBytes.atLeast(1, 2, both, held, open_);
        _showSdJwt(0).validUntil = START;
        _showSdJwt(1).holderKey = keccak256("another");
        _assertCarried(tree, true, "the first key serves, the second carries");
    }

    function _refuses(bytes memory policy, bytes4 selector, uint256 offset) private {
        vm.expectRevert(abi.encodeWithSelector(selector, offset));
        _evaluate(policy);
    }

    function test_UnknownVersion() public {
        bytes memory policy = PolicyBytes.policy("", open_);
        policy[0] = 0x02;
        _refuses(policy, IPolicyChecker.UnknownVersion.selector, 0);
    }

    function test_UnknownTag() public {
        bytes memory body = hex"0000";
        _refuses(
            PolicyBytes.policy("", PolicyBytes.node(0x17, body)),
            IPolicyChecker.UnknownTag.selector,
            16
        );
        _refuses(
            PolicyBytes.policy("", PolicyBytes.node(0x05, body)),
            IPolicyChecker.UnknownTag.selector,
            18
        );
        _refuses(
            PolicyBytes.policy("", PolicyBytes.node(0x00, body)),
            IPolicyChecker.UnknownTag.selector,
            18
        );
    }

    function test_UnknownValueType() public {
        bytes memory claims =
            abi.encodePacked(uint8(1), uint8(1), "x", uint8(1), uint8(1), uint8(9));
        _showAttribute(0);
        _refuses(
            PolicyBytes.policy(_pins(), PolicyBytes.attribute(SCHEMA, hex"00", 0, 0, claims)),
            IPolicyChecker.UnknownValueType.selector,
            9
        );
    }

    function test_NothingIsReadThatIsNotThere() public {
        _showAttribute(0);
        bytes memory leaf = PolicyBytes.attribute(
            SCHEMA,
            hex"010003616263",
            0,
            0,
            bytes.concat(hex"01", PolicyBytes.claim("x", 1, 1, PolicyBytes.text("abc")))
        );
        bytes memory whole = PolicyBytes.policy(_pins(), PolicyBytes.any(leaf, leaf));
        for (uint256 length = 0; length < whole.length; ++length) {
            bytes memory part = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                part[i] = whole[i];
            }
            vm.expectRevert();
            _evaluate(part);
        }
    }

    function test_NoLeafReachesBehindItsEnd() public {
        _showAttribute(0);
        bytes memory claims = hex"01017801010100ff61";
        bytes memory leaf = PolicyBytes.attribute(SCHEMA, hex"00", 0, 0, claims);
        bytes4 selector = IPolicyChecker.Truncated.selector;
        bytes memory policy = PolicyBytes.policy(_pins(), PolicyBytes.not(leaf));
        _refuses(policy, selector, policy.length - claims.length + 1);
        leaf = PolicyBytes.attribute(SCHEMA, hex"0100ff61", 0, 0, hex"00");
        policy = PolicyBytes.policy(_pins(), PolicyBytes.not(leaf));
        _refuses(policy, selector, 13 + 5 * 53 + 3 + 3);
    }

    function test_BytesBehindTheTreeAreRefused() public {
        bytes memory policy = bytes.concat(PolicyBytes.policy("", open_), hex"00");
        _refuses(policy, IPolicyChecker.TrailingBytes.selector, policy.length - 1);
    }

    function testFuzz_CountingIsKleenes(uint8 need, uint8 trues, uint8 unknowns, uint8 falses)
        public
        pure
    {
        Verdict verdict = Kleene.atLeast(need, trues, unknowns);
        bool canBe = uint256(trues) + unknowns >= need;
        vm.assertEq(verdict == Verdict.TRUE, trues >= need, "true");
        vm.assertEq(verdict == Verdict.FALSE, trues < need && !canBe, "false");
        uint256 count = uint256(trues) + unknowns + falses;
        if (need == 0 || need > count) return;
        Verdict dual = Kleene.atLeast(count - need + 1, falses, unknowns);
        vm.assertEq(uint256(Kleene.not(dual)), uint256(verdict), "de Morgan");
    }

    function testFuzz_MoreIsNeverLess(uint8 need, uint8 trues, uint8 unknowns) public pure {
        Verdict verdict = Kleene.atLeast(need, trues, unknowns);
        vm.assertTrue(Kleene.atLeast(need, uint256(trues) + 1, unknowns) >= verdict, "a true more");
        vm.assertTrue(
            unknowns == 0 || Kleene.atLeast(need, uint256(trues) + 1, unknowns - 1) >= verdict,
            "an unknown that turns true"
        );
        vm.assertTrue(Kleene.atLeast(need, trues, uint256(unknowns) + 1) >= verdict, "an unknown");
    }
}
