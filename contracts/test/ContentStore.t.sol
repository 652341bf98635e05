// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ContentHolder, ContentStore} from "../src/libraries/registry/ContentStore.sol";
import {Fixture} from "./support/Fixture.sol";

contract ContentStoreTest is Fixture {
    using ContentStore for ContentStore.Contents;

    ContentStore.Contents private contents;

    function test_AnAbsentContentIsEmpty() public view {
        vm.assertTrue(!contents.has(keccak256("absent")), "has");
        vm.assertEq(contents.get(keccak256("absent")).length, 0, "get");
    }

    function testFuzz_AContentComesBack(bytes calldata content) public {
        (bytes32 hash, bool added) = contents.put(content);
        vm.assertEq(hash, keccak256(content), "hash");
        vm.assertTrue(added, "added");
        vm.assertTrue(contents.has(hash), "has");
        vm.assertEq(contents.get(hash), content, "get");
        (, added) = contents.put(content);
        vm.assertTrue(!added, "added once");
    }

    function test_CallingAHolderExecutesNothingOfItsContent() public {
        // PUSH1 0, PUSH1 0, REVERT: would revert if it were executed.
        ContentHolder holder = new ContentHolder(hex"60006000fd");
        (bool ok, bytes memory output) = address(holder).call("");
        vm.assertTrue(ok, "stopped");
        vm.assertEq(output.length, 0, "output");
        vm.assertEq(address(holder).code, hex"0060006000fd", "code");
    }

    function test_AContentMayStartAsNoCodeMay() public {
        // EIP-3541 refuses code that starts with 0xef.
        vm.assertEq(address(new ContentHolder(hex"ef")).code, hex"00ef", "code");
    }
}
