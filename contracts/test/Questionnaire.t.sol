// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Questionnaire} from "../src/Questionnaire.sol";
import {Fixture} from "./support/Fixture.sol";

contract Oracle {
    error Refused(uint256 number);

    uint256 public changes;

    function bytesOf(uint256 length) external pure returns (bytes memory) {
        return new bytes(length);
    }

    function refuse(uint256 number) external pure {
        revert Refused(number);
    }

    function change() external {
        ++changes;
    }
}

contract QuestionnaireTest is Fixture {
    Oracle private oracle = new Oracle();

    function test_AnswersStandInOrderWithTheirLengths() public {
        bytes[] memory questions = new bytes[](2);
        questions[0] = abi.encodeCall(oracle.changes, ());
        questions[1] = abi.encodeCall(Oracle.bytesOf, (3));
        bytes memory expected = abi.encodePacked(
            uint32(0x80000020), uint256(0), uint32(0x80000060), abi.encode(new bytes(3))
        );
        vm.assertEq(_ask(address(oracle), questions), expected, "answers");
    }

    function testFuzz_ARevertIsAnAnswer(uint256 number) public {
        bytes[] memory questions = new bytes[](1);
        questions[0] = abi.encodeCall(Oracle.refuse, (number));
        bytes memory expected =
            abi.encodePacked(uint32(36), abi.encodeWithSelector(Oracle.Refused.selector, number));
        vm.assertEq(_ask(address(oracle), questions), expected, "revert");
    }

    function test_NothingCanBeChanged() public {
        bytes[] memory questions = new bytes[](1);
        questions[0] = abi.encodeCall(Oracle.change, ());
        vm.assertEq(_ask(address(oracle), questions)[0], bytes1(0), "failed");
        vm.assertEq(oracle.changes(), 0, "unchanged");
    }

    function test_WhereNoContractIsNothingAnswers() public {
        bytes[] memory questions = new bytes[](1);
        vm.assertEq(_ask(address(1000), questions), abi.encodePacked(uint32(0x80000000)), "empty");
    }

    function testFuzz_WhatDoesNotFitIsLeftOut(uint16 first, uint16 second) public {
        bytes[] memory questions = new bytes[](3);
        questions[0] = abi.encodeCall(Oracle.bytesOf, (first % 16_384));
        questions[1] = abi.encodeCall(Oracle.bytesOf, (second % 16_384));
        questions[2] = questions[0];
        uint256[3] memory sizes;
        for (uint256 i = 0; i < 3; ++i) {
            (bool succeeded, bytes memory answer) = address(oracle).staticcall(questions[i]);
            vm.assertTrue(succeeded, "answered");
            sizes[i] = answer.length + 4;
        }
        uint256 expected = sizes[0];
        if (expected + sizes[1] <= 24_576) {
            expected += sizes[1];
            if (expected + sizes[2] <= 24_576) expected += sizes[2];
        }
        vm.assertEq(_ask(address(oracle), questions).length, expected, "length");
    }

    function test_NoQuestionsNoAnswers() public {
        vm.assertEq(_ask(address(oracle), new bytes[](0)).length, 0, "nothing");
    }

    function _ask(address target, bytes[] memory questions) private returns (bytes memory) {
        return address(new Questionnaire(target, questions)).code;
    }
}
