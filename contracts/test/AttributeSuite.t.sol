// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {AttributeSuite} from "../src/AttributeSuite.sol";
import {BBSGenerators} from "../src/libraries/bbs/BBSGenerators.sol";
import {ContentHolder} from "../src/libraries/registry/ContentStore.sol";
import {TypedMessages} from "../src/libraries/attributes/TypedMessages.sol";
import {Generators} from "../src/types/Statement.sol";
import {BBSHarness} from "./harness/BBSHarness.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

contract AttributeSuiteTest is ProofFixture {
    /// @dev EIP-7825: what a transaction can use at most.
    uint256 private constant GAS_LIMIT_OF_TRANSACTION = 1 << 24;
    uint256 private constant MAX_SLOTS = 32;

    BBSHarness private bbs;

    function setUp() public override {
        super.setUp();
        bbs = new BBSHarness();
    }

    function test_TheSuiteIsThatOfThePackage() public view {
        vm.assertEq(suite.apiId(), _bytesOf(".apiId"), "api_id");
        vm.assertEq(suite.apiId(), TypedMessages.API_ID, "api_id");
        vm.assertEq(
            TypedMessages.MAP_TAG,
            bytes.concat(suite.apiId(), "MAP_TYPED_TO_SCALAR_AS_HASH_"),
            "tag of typed messages"
        );
    }

    function test_GeneratorsComputedOnChainAreThoseOfThePackage() public view {
        Generators memory all = suite.generators(MAX_SLOTS);
        vm.assertEq(all.points, _bytesOf(".points"), "points");
        vm.assertEq(all.compressed, _bytesOf(".compressed"), "compressed");
    }

    function testFuzz_FewerSlotsGetTheFirstGenerators(uint256 count) public view {
        count = _bound(count, 0, MAX_SLOTS);
        Generators memory all = suite.generators(MAX_SLOTS);
        Generators memory some = suite.generators(count);
        vm.assertEq(some.points, _first(all.points, (count + 1) * 128), "points");
        vm.assertEq(some.compressed, _first(all.compressed, (count + 1) * 48), "compressed");
        vm.assertEq(BBSGenerators.readPoints(suite.holder(), count), some.points, "points alone");
    }

    function testFuzz_InvalidMessageCount(uint256 count) public {
        count = _bound(count, MAX_SLOTS + 1, type(uint256).max - MAX_SLOTS - 1);
        address holder = suite.holder();
        bytes memory reason =
            abi.encodeWithSelector(BBSGenerators.InvalidMessageCount.selector, count, MAX_SLOTS);
        vm.expectRevert(reason);
        suite.generators(count);
        vm.expectRevert(reason);
        bbs.readPoints(holder, count);
    }

    function test_NoGenerators_WhereThereIsNoCode() public {
        _expectNoGenerators(STRANGER);
        _expectNoGenerators(address(0));
    }

    function test_NoGenerators_WhereTheCodeIsOfAnotherLength() public {
        bytes memory points = suite.generators(0).points;
        address[3] memory accounts = [
            address(new ContentHolder("")),
            address(new ContentHolder(points)),
            address(new ContentHolder(bytes.concat(suite.holder().code, hex"00")))
        ];
        for (uint256 i = 0; i < accounts.length; ++i) {
            _expectNoGenerators(accounts[i]);
        }
    }

    function test_MakingTheSuiteFitsIntoATransaction() public {
        uint256 gasBefore = gasleft();
        new AttributeSuite();
        vm.assertTrue(gasBefore - gasleft() < GAS_LIMIT_OF_TRANSACTION / 5, "gas");
    }

    function test_MissingPrecompile_WhenTheSuiteIsMade() public {
        address missing = address(0x10);
        vm.mockCall(missing, "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, missing));
        new AttributeSuite();
    }

    function _expectNoGenerators(address account) private {
        vm.expectRevert(abi.encodeWithSelector(BBSGenerators.NoGenerators.selector, account));
        bbs.readGenerators(account, 0);
    }

    function _first(bytes memory data, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            part[i] = data[i];
        }
    }
}
