// Drives what others use for accounts: OpenZeppelin's trees, and a parser of sign-in texts.

import {StandardMerkleTree} from '@openzeppelin/merkle-tree';
import {secp256k1} from '@noble/curves/secp256k1.js';
import {keccak_256} from '@noble/hashes/sha3.js';
import {ParsedMessage} from '@spruceid/siwe-parser';
import {bytes, hex, serve} from './lines.mjs';

const COLUMNS = ['address'];
const tree = addresses => StandardMerkleTree.of(addresses.map(each => [each]), COLUMNS);

/** The address whose key made a signature r ‖ s ‖ v over a text (EIP-191). */
function signer(message, signature) {
  const content = Buffer.from(message, 'utf8');
  const prefix = Buffer.from(`\x19Ethereum Signed Message:\n${content.length}`);
  const digest = keccak_256(Buffer.concat([prefix, content]));
  const raw = bytes(signature);
  const point = secp256k1.Signature.fromCompact(raw.slice(0, 64))
    .addRecoveryBit(raw[64] - 27).recoverPublicKey(digest).toRawBytes(false);
  return '0x' + hex(keccak_256(point.slice(1)).slice(12));
}

await serve({
  root: ({addresses}) => tree(addresses).root,

  proof({addresses, address}) {
    const made = tree(addresses);
    for(const [index, [each]] of made.entries()) {
      if(each === address) {
        return made.getProof(index);
      }
    }
    throw new Error('not in the tree');
  },

  verify: ({root, address, proof}) => StandardMerkleTree.verify(root, COLUMNS, [address], proof),

  parse: ({message}) => ({...new ParsedMessage(message)}),

  signer: ({message, signature}) => signer(message, signature)
});
