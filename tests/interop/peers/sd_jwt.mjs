// Drives @sd-jwt/sd-jwt-vc. Keys are JWKs, P-256 or Ed25519, private where something is signed.

import {digest, ES256, generateSalt} from '@sd-jwt/crypto-nodejs';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {createPrivateKey, createPublicKey, sign, verify} from 'node:crypto';
import {serve} from './lines.mjs';

// The package brings ECDSA alone.
const EdDSA = {
  alg: 'EdDSA',
  getSigner(jwk) {
    const key = createPrivateKey({key: jwk, format: 'jwk'});
    return data => sign(null, Buffer.from(data), key).toString('base64url');
  },
  getVerifier(jwk) {
    const key = createPublicKey({key: jwk, format: 'jwk'});
    return (data, signature) =>
      verify(null, Buffer.from(data), key, Buffer.from(signature, 'base64url'));
  }
};

const algorithmOf = key => key.kty === 'OKP' ? EdDSA : ES256;

const instance = options => new SDJwtVcInstance({
  hasher: digest, hashAlg: 'sha-256', saltGenerator: generateSalt, ...options
});

await serve({
  async issue({key, kid, claims, frame}) {
    const {alg: signAlg, getSigner} = algorithmOf(key);
    const issuer = instance({signer: await getSigner(key), signAlg});
    return issuer.issue(claims, frame, {header: {kid}});
  },

  async present({token, frame, key, kb}) {
    const {alg: kbSignAlg, getSigner} = algorithmOf(key);
    const holder = instance({kbSigner: await getSigner(key), kbSignAlg});
    return holder.present(token, frame, {kb: {payload: kb}});
  },

  async verify({token, key, nonce}) {
    const verifier = instance({
      verifier: await algorithmOf(key).getVerifier(key),
      kbVerifier: async (data, signature, payload) => {
        const holder = payload.cnf.jwk;
        return (await algorithmOf(holder).getVerifier(holder))(data, signature);
      }
    });
    const {payload, kb} = await verifier.verify(token, {keyBindingNonce: nonce});
    return {payload, kb: kb?.payload};
  }
});
