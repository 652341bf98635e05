// Times @digitalbazaar/bbs-signatures on the work that tests/benchmarks/bbs.py times for didgate.
// Takes the number of repetitions; prints {"sign": ms, "verify": ms, …}, medians of CPU time.
import * as bbs from '@digitalbazaar/bbs-signatures';

const repetitions = Number(process.argv[2]);
const ciphersuite = bbs.CIPHERSUITES.BLS12381_SHA256;
const text = new TextEncoder();
const header = text.encode('header');
const presentationHeader = text.encode('presentation header');
const messages = Array.from({length: 10}, (_, i) => text.encode(`message ${i}`));
const disclosedMessageIndexes = [0, 2, 4, 6, 8];
const disclosedMessages = disclosedMessageIndexes.map(i => messages[i]);

const {secretKey, publicKey} = await bbs.generateKeyPair({ciphersuite});
const signed = {publicKey, header, messages, ciphersuite};
const signature = await bbs.sign({secretKey, ...signed});
const prove = () => bbs.deriveProof({
  ...signed, signature, presentationHeader, disclosedMessageIndexes
});
const proof = await prove();

async function median(work) {
  await work();
  const times = [];
  for(let i = 0; i < repetitions; i++) {
    const start = process.cpuUsage();
    await work();
    const {user, system} = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

async function mustHold(work) {
  if(!await work()) {
    throw new Error('the peer does not accept its own work');
  }
}

console.log(JSON.stringify({
  sign: await median(() => bbs.sign({secretKey, ...signed})),
  verify: await median(() => mustHold(() => bbs.verifySignature({...signed, signature}))),
  prove: await median(prove),
  verifyProof: await median(() => mustHold(() => bbs.verifyProof({
    publicKey, proof, header, presentationHeader, disclosedMessages, disclosedMessageIndexes,
    ciphersuite
  })))
}));
