// Drives @digitalbazaar/bbs-signatures: its public interface, which takes octet messages, and its
// core, which takes scalars and an api_id and so can run our own suite.

import * as bbs from '@digitalbazaar/bbs-signatures';
import {bytes, hex, serve} from './lines.mjs';

const internals = new URL('./node_modules/@digitalbazaar/bbs-signatures/lib/bbs/', import.meta.url);
const [core, util, suites] = await Promise.all(
  ['core.js', 'util.js', 'ciphersuites.js'].map(name => import(new URL(name, internals))));

const octets = list => list.map(bytes);
const scalars = list => list.map(text => BigInt('0x' + text));

function statement({ciphersuite, apiId, publicKey, header, messageCount}) {
  const suite = suites.getCiphersuite(ciphersuite);
  const api_id = bytes(apiId);
  const generators = util.create_generators({
    count: messageCount + 1, api_id, ciphersuite: suite
  });
  return {PK: bytes(publicKey), header: bytes(header), generators, api_id, ciphersuite: suite};
}

await serve({
  async keyPair({ciphersuite}) {
    const {secretKey, publicKey} = await bbs.generateKeyPair({ciphersuite});
    return {secretKey: hex(secretKey), publicKey: hex(publicKey)};
  },

  async publicKey({ciphersuite, secretKey}) {
    return hex(await bbs.secretKeyToPublicKey({secretKey: bytes(secretKey), ciphersuite}));
  },

  async sign({ciphersuite, secretKey, publicKey, header, messages}) {
    return hex(await bbs.sign({
      secretKey: bytes(secretKey), publicKey: bytes(publicKey), header: bytes(header),
      messages: octets(messages), ciphersuite
    }));
  },

  verify({ciphersuite, publicKey, signature, header, messages}) {
    return bbs.verifySignature({
      publicKey: bytes(publicKey), signature: bytes(signature), header: bytes(header),
      messages: octets(messages), ciphersuite
    });
  },

  async prove({ciphersuite, publicKey, signature, header, presentationHeader, messages, disclosed}) {
    return hex(await bbs.deriveProof({
      publicKey: bytes(publicKey), signature: bytes(signature), header: bytes(header),
      presentationHeader: bytes(presentationHeader), messages: octets(messages),
      disclosedMessageIndexes: disclosed, ciphersuite
    }));
  },

  verifyProof({ciphersuite, publicKey, proof, header, presentationHeader, messages, disclosed}) {
    return bbs.verifyProof({
      publicKey: bytes(publicKey), proof: bytes(proof), header: bytes(header),
      presentationHeader: bytes(presentationHeader), disclosedMessages: octets(messages),
      disclosedMessageIndexes: disclosed, ciphersuite
    });
  },

  coreSign({secretKey, messages, ...given}) {
    const SK = BigInt('0x' + secretKey);
    return hex(core.CoreSign({SK, messages: scalars(messages), ...statement(given)}));
  },

  // With a seed, the randomness is the draft's seeded_random_scalars(seed, dst, count)
  async coreProve({signature, presentationHeader, messages, disclosed, seed, ...given}) {
    const mocked_random_scalars_options = seed && {
      seed: bytes(seed.seed), dst: bytes(seed.dst)
    };
    return hex(await core.CoreProofGen({
      signature: bytes(signature), ph: bytes(presentationHeader), messages: scalars(messages),
      disclosed_indexes: disclosed, mocked_random_scalars_options, ...statement(given)
    }));
  },

  coreVerifyProof({proof, presentationHeader, messages, disclosed, ...given}) {
    return core.CoreProofVerify({
      proof: bytes(proof), ph: bytes(presentationHeader), disclosed_messages: scalars(messages),
      disclosed_indexes: disclosed, ...statement(given)
    });
  }
});
