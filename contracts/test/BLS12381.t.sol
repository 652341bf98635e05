// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {BLS12381} from "../src/libraries/bbs/BLS12381.sol";
import {ExpandMessage} from "../src/libraries/bbs/ExpandMessage.sol";
import {BLSKeys} from "./support/BLSKeys.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice The library in a contract of its own, so that its errors can be expected.
contract BLS12381Caller {
    function hashToG1(bytes calldata message, bytes calldata tag)
        external
        view
        returns (bytes memory)
    {
        return BLS12381.hashToG1(message, tag);
    }

    function isValidSignature(
        bytes calldata publicKey,
        bytes calldata message,
        bytes calldata signature,
        bytes calldata tag
    ) external view returns (bool) {
        return BLS12381.isValidSignature(publicKey, message, signature, tag);
    }
}

contract BLS12381Test is Fixture {
    uint256 private constant GROUP_ORDER =
        0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    bytes private constant TAG = BLSKeys.POSSESSION_TAG;
    bytes private constant MESSAGE = "message";

    BLS12381Caller private bls;
    string private vectors;

    function setUp() public override {
        super.setUp();
        bls = new BLS12381Caller();
        vectors = vm.readFile("test/vectors/bls12381.json");
    }

    function test_HashToG1AgreesWithTheVectors() public view {
        uint256 count;
        string memory path = ".hashToG1[0]";
        while (vm.keyExistsJson(vectors, path)) {
            bytes memory point = bls.hashToG1(
                vm.parseJsonBytes(vectors, string.concat(path, ".message")),
                vm.parseJsonBytes(vectors, string.concat(path, ".tag"))
            );
            vm.assertEq(point, vm.parseJsonBytes(vectors, string.concat(path, ".point")), path);
            path = string.concat(".hashToG1[", vm.toString(++count), "]");
        }
        vm.assertEq(count, 10, "vectors");
    }

    function test_AVectorsSignatureHolds() public view {
        vm.assertTrue(
            bls.isValidSignature(
                vm.parseJsonBytes(vectors, ".possession.publicKey"),
                vm.parseJsonBytes(vectors, ".possession.message"),
                vm.parseJsonBytes(vectors, ".possession.proof"),
                TAG
            ),
            "valid"
        );
    }

    function testFuzz_ASignatureHoldsForItsMessageOnly(uint256 secret, bytes memory message)
        public
        view
    {
        secret = _bound(secret, 1, GROUP_ORDER - 1);
        bytes memory key = BLSKeys.publicKey(secret);
        bytes memory signature = BLSKeys.sign(secret, message);
        vm.assertTrue(bls.isValidSignature(key, message, signature, TAG), "valid");
        vm.assertTrue(
            !bls.isValidSignature(key, bytes.concat(message, hex"00"), signature, TAG), "message"
        );
        vm.assertTrue(!bls.isValidSignature(key, message, signature, "another tag"), "tag");
        vm.assertTrue(
            !bls.isValidSignature(BLSKeys.publicKey(secret + 1), message, signature, TAG), "key"
        );
    }

    function testFuzz_AChangedByteOfASignatureIsRefused(uint256 position, uint8 change)
        public
        view
    {
        bytes memory signature = BLSKeys.sign(7, MESSAGE);
        position = _bound(position, 0, signature.length - 1);
        signature[position] ^= bytes1(uint8(_bound(change, 1, 255)));
        _assertRefused(BLSKeys.publicKey(7), signature);
    }

    function test_TheIdentityAsSignatureIsRefused() public view {
        _assertRefused(BLSKeys.publicKey(7), new bytes(128));
    }

    function test_TheIdentityAsKeyIsRefusedThoughThePairingHolds() public view {
        _assertRefused(new bytes(256), new bytes(128));
    }

    function test_AKeyOutsideTheSubgroupIsRefused() public view {
        _assertRefused(vm.parseJsonBytes(vectors, ".outsideSubgroup.g2"), BLSKeys.sign(7, MESSAGE));
    }

    function test_ASignatureOutsideTheSubgroupIsRefused() public view {
        _assertRefused(BLSKeys.publicKey(7), vm.parseJsonBytes(vectors, ".outsideSubgroup.g1"));
    }

    function test_PointsOfAnotherLengthAreRefused() public view {
        bytes memory key = BLSKeys.publicKey(7);
        bytes memory signature = BLSKeys.sign(7, MESSAGE);
        _assertRefused(bytes.concat(key, hex"00"), signature);
        _assertRefused(key, bytes.concat(signature, hex"00"));
        _assertRefused("", signature);
        _assertRefused(key, "");
    }

    function test_ASecondEncodingOfAKeyIsRefused() public view {
        bytes memory key = BLSKeys.publicKey(7);
        key[0] = 0x01;
        _assertRefused(key, BLSKeys.sign(7, MESSAGE));
    }

    function test_MissingPrecompile_EachThatIsNeeded() public {
        bytes memory key = BLSKeys.publicKey(7);
        bytes memory signature = BLSKeys.sign(7, MESSAGE);
        address[5] memory precompiles =
            [address(0x02), address(0x05), address(0x10), address(0x0b), address(0x0f)];
        for (uint256 i = precompiles.length; i > 0; --i) {
            address missing = precompiles[i - 1];
            vm.mockCall(missing, "", "");
            vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, missing));
            bls.isValidSignature(key, MESSAGE, signature, TAG);
        }
    }

    function test_MissingPrecompile_OneThatRefusesWhatItCannotRefuse() public {
        address failing = address(0x0b);
        vm.mockCallRevert(failing, "", "");
        vm.expectRevert(abi.encodeWithSelector(Errors.MissingPrecompile.selector, failing));
        bls.hashToG1(MESSAGE, TAG);
    }

    function test_DomainTagTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(ExpandMessage.DomainTagTooLong.selector, 256));
        bls.hashToG1(MESSAGE, new bytes(256));
    }

    function _assertRefused(bytes memory key, bytes memory signature) private view {
        vm.assertTrue(!bls.isValidSignature(key, MESSAGE, signature, TAG), "refused");
    }
}
