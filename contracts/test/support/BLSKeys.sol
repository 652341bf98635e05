// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BLS12381} from "../../src/libraries/bbs/BLS12381.sol";

/// @notice Makes BLS keys and signatures from secret scalars, by the MSM precompiles.
library BLSKeys {
    address private constant G1MSM = address(0x0c);
    address private constant G2MSM = address(0x0e);

    bytes internal constant G2_GENERATOR = hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051"
        hex"c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
        hex"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65"
        hex"596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        hex"000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351a"
        hex"adfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"
        hex"000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99"
        hex"cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be";

    bytes internal constant POSSESSION_TAG = "DIDGATE-POP-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_";

    function publicKey(uint256 secret) internal view returns (bytes memory output) {
        bool ok;
        (ok, output) = G2MSM.staticcall(bytes.concat(G2_GENERATOR, bytes32(secret)));
        require(ok, "G2MSM failed");
    }

    function sign(uint256 secret, bytes memory message)
        internal
        view
        returns (bytes memory output)
    {
        bool ok;
        bytes memory point = BLS12381.hashToG1(message, POSSESSION_TAG);
        (ok, output) = G1MSM.staticcall(bytes.concat(point, bytes32(secret)));
        require(ok, "G1MSM failed");
    }
}
