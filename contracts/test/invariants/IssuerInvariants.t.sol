// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "../support/Fixture.sol";
import {IssuerHandler} from "./IssuerHandler.sol";

/// @notice What holds for issuers, keys and status lists whatever anyone does in whatever order.
contract IssuerInvariants is Fixture {
    IssuerHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new IssuerHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_ACompromisedOrRetiredKeyNeverBecomesActiveAgain() public view {
        vm.assertTrue(!handler.keyStateWentBack(), "a key's state went back");
    }

    function invariant_AKeyHasOneOwnerForEver() public view {
        vm.assertTrue(!handler.keyChangedOwner(), "a key changed its owner or its age");
    }

    function invariant_AcceptanceOfAKeyOnlyShrinks() public view {
        vm.assertTrue(!handler.acceptanceGrew(), "a key is accepted for longer than before");
    }

    function invariant_ARevokedBitNeverClears() public view {
        vm.assertTrue(!handler.bitCleared(), "a revocation was undone");
    }

    function invariant_ASuspensionNeverEndsBeforeTheDelay() public view {
        vm.assertTrue(!handler.suspensionEndedEarly(), "a suspension ended early");
    }

    function invariant_StrangersHaveNoEffect() public view {
        vm.assertTrue(!handler.strangerHadEffect(), "a stranger's call went through");
    }
}
