// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BBS} from "../src/libraries/bbs/BBS.sol";
import {BBSGenerators} from "../src/libraries/bbs/BBSGenerators.sol";
import {BBSStatement} from "../src/libraries/bbs/BBSStatement.sol";
import {ContentHolder} from "../src/libraries/registry/ContentStore.sol";
import {TypedMessages} from "../src/libraries/attributes/TypedMessages.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Disclosed, Statement} from "../src/types/Statement.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

/// @notice Measures the check of a proof alone, from within.
contract ProofMeter {
    address private immutable GENERATORS;

    constructor(address generators) {
        GENERATORS = generators;
    }

    /// @notice Gas of reading the generators, computing the domain and verifying the proof.
    function full(
        uint256 count,
        bytes memory publicKey,
        bytes memory header,
        Disclosed memory shown,
        bytes memory presentationHeader,
        bytes calldata proof
    ) external view returns (uint256) {
        uint256 gasBefore = gasleft();
        Statement memory statement = BBSStatement.statementOf(
            TypedMessages.API_ID, BBSGenerators.read(GENERATORS, count), publicKey, header
        );
        BBS.verifyProof(statement, shown, presentationHeader, proof);
        return gasBefore - gasleft();
    }

    /// @notice Gas of reading the generators and the pin, and verifying the proof.
    /// @param pin An account whose code is the domain, the base, and what is pinned.
    function pinned(
        uint256 count,
        bytes memory publicKey,
        address pin,
        Disclosed memory shown,
        bytes memory presentationHeader,
        bytes calldata proof
    ) external view returns (uint256) {
        uint256 gasBefore = gasleft();
        Statement memory statement;
        statement.publicKey = publicKey;
        statement.hashTag = bytes.concat(TypedMessages.API_ID, "H2S_");
        statement.generators = BBSGenerators.readPoints(GENERATORS, count);
        (statement.domain, statement.base, statement.pinned) =
            abi.decode(Bytes.splice(pin.code, 1), (uint256, bytes, Disclosed));
        BBS.verifyProof(statement, shown, presentationHeader, proof);
        return gasBefore - gasleft();
    }
}

/// @notice What the check of a proof costs: no registry, no event. The figures go to `snapshots/`,
/// each beside what the precompiles alone cost.
/// forge-config: default.isolate = true
contract ProofGasTest is ProofFixture {
    /// @dev EIP-2537: price of a pairing check of two pairs, and of a multiplication in G1.
    uint256 private constant PAIRING_GAS = 37_700 + 2 * 32_600;
    uint256 private constant MULTIPLICATION_GAS = 12_000;

    ProofMeter private meter;

    function setUp() public override {
        super.setUp();
        meter = new ProofMeter(suite.holder());
    }

    function test_TenSlotsFiveShown() public {
        _assertGas("proof, 10 slots, 5 shown", _full("ten"), 13, 265_000);
    }

    function test_ThirteenSlotsSixShown() public {
        _assertGas("proof, 13 slots, 6 shown", _full("thirteen"), 16, 285_000);
    }

    function test_ThirteenSlotsFivePinnedAndOneShown() public {
        Proved memory proved = _proved("thirteenPinned");
        uint256 gas = _pinned(proved);
        _assertGas("proof, 13 slots, 5 pinned, 1 shown", gas, 9 + 1, 245_000);
    }

    function test_TwentyThreeSlotsElevenShown() public {
        _assertGas("proof, 23 slots, 11 shown", _full("twentyThree"), 26, 370_000);
    }

    function _full(string memory name) private view returns (uint256) {
        Proved memory proved = _proved(name);
        return
            meter.full(
                proved.count, publicKey, header, proved.shown, presentationHeader, proved.proof
            );
    }

    function _pinned(Proved memory proved) private returns (uint256) {
        Statement memory statement = _statementOf(proved);
        bytes memory pin = abi.encode(statement.domain, statement.base, statement.pinned);
        return meter.pinned(
            proved.count,
            publicKey,
            address(new ContentHolder(pin)),
            proved.shown,
            presentationHeader,
            proved.proof
        );
    }

    /// @dev `terms` are those of the second commitment; the first has three.
    function _assertGas(string memory name, uint256 gas, uint256 terms, uint256 bound) private {
        vm.snapshotValue("proofs", name, gas);
        vm.snapshotValue(
            "proofs",
            string.concat(name, ", precompiles"),
            PAIRING_GAS + _sumGas(3) + _sumGas(terms)
        );
        vm.assertTrue(gas <= bound, string.concat(name, ": ", vm.toString(gas)));
    }

    /// @dev EIP-2537: k multiplications, times the discount for k, in thousandths.
    function _sumGas(uint256 k) private pure returns (uint256) {
        uint16[26] memory discounts = [
            1000,
            949,
            848,
            797,
            764,
            750,
            738,
            728,
            719,
            712,
            705,
            698,
            692,
            687,
            682,
            677,
            673,
            669,
            665,
            661,
            658,
            654,
            651,
            648,
            645,
            642
        ];
        return k * MULTIPLICATION_GAS * discounts[k - 1] / 1000;
    }
}
