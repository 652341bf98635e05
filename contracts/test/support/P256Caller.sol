// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CompactJWT} from "../../src/libraries/sdjwt/CompactJWT.sol";

/// @notice The check of ES256 signatures in a contract of its own, for vectors that are no JWTs.
contract P256Caller {
    function isSigned(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y)
        external
        view
        returns (bool)
    {
        CompactJWT.JWT memory jwt;
        (jwt.digest, jwt.r, jwt.s) = (digest, r, s);
        return CompactJWT.isSignedBy(jwt, x, y);
    }
}
