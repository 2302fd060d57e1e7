/**
 * Makes a command's arithmetic cheap where it touches no disk, so that thousands of runs fit into an hour:
 * a key of a passphrase took 0.4 s, signatures in JavaScript a third of what was left (OpenSSL's are the
 * same, bit for bit), certificates a tenth.
 */
import { Buffer } from 'node:buffer';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import nacl from 'tweetnacl';

const { scryptSync } = crypto;
crypto.scryptSync = (password, salt, length, options) =>
  scryptSync(password, salt, length, Object.assign({}, options, { N: 2 }));

/** The same certificates are parsed over and over; parsed ones never change. */
const certificates = new Map();
crypto.X509Certificate = new Proxy(crypto.X509Certificate, {
  construct(target, [pem]) {
    const key = Buffer.from(pem).toString('latin1');
    const known = certificates.get(key) ?? new target(pem);
    certificates.set(key, known);
    return known;
  },
});
syncBuiltinESMExports();

/** What precedes the 32 bytes of a private and of a public key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const privateKey = (seed) =>
  crypto.createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
const publicKey = (point) =>
  crypto.createPublicKey({ key: Buffer.concat([SPKI, point]), format: 'der', type: 'spki' });

nacl.sign.keyPair.fromSeed = (seed) => {
  const spki = crypto.createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });
  const point = spki.subarray(SPKI.length);
  return { publicKey: Uint8Array.from(point), secretKey: Uint8Array.from([...seed, ...point]) };
};
nacl.sign.detached = (message, secret) =>
  Uint8Array.from(crypto.sign(null, message, privateKey(secret.subarray(0, 32))));
nacl.sign.detached.verify = (message, signature, point) =>
  crypto.verify(null, message, publicKey(point), signature);
