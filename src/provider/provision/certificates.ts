import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { FedshotError } from '../../shared/errors.js';
import { present } from '../../shared/present.js';

/** A certificate and its private key, both PEM. */
export interface Identity {
  cert: string;
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEAR_MS = 365 * 86_400_000;
/** Clocks at the sites may be behind. */
const SKEW_MS = 3_600_000;

x509.cryptoProvider.set(webcrypto);

const { subtle } = webcrypto;

const newKeys = (): Promise<CryptoKeyPair> =>
  subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

async function exportKey(key: CryptoKey): Promise<string> {
  const der = await subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

function importKey(pem: string): Promise<CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  return subtle.importKey('pkcs8', present(der, 'the key of a PEM file'), ALGORITHM, true, [
    'sign',
  ]);
}

const pem = (cert: x509.X509Certificate): string => `${cert.toString('pem')}\n`;

/** 16 random bytes with the top bit clear: positive, and never the same twice. */
function newSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}

/** A self-signed authority that may sign end certificates and nothing else. Valid for ten years. */
export async function createAuthority(name: string, now: Date): Promise<Identity> {
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [name] }],
    notBefore: new Date(now.getTime() - SKEW_MS),
    notAfter: new Date(now.getTime() + 10 * YEAR_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pem(cert), key: await exportKey(keys.privateKey) };
}

interface Leaf {
  authority: Identity;
  name: string;
  publicKey: x509.PublicKeyType;
  usage: x509.ExtendedKeyUsage;
  hosts: readonly string[];
  now: Date;
  notAfter: Date;
}

async function sign(leaf: Leaf): Promise<string> {
  const issuer = new x509.X509Certificate(leaf.authority.cert);
  const names = leaf.hosts.map(
    (host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host }) as const,
  );
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    issuer: issuer.subject,
    subject: [{ CN: [leaf.name] }],
    notBefore: new Date(leaf.now.getTime() - SKEW_MS),
    notAfter: leaf.notAfter < issuer.notAfter ? leaf.notAfter : issuer.notAfter,
    signingKey: await importKey(leaf.authority.key),
    signingAlgorithm: ALGORITHM,
    publicKey: leaf.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([leaf.usage], true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return pem(cert);
}

/**
 * A server's certificate, good for proving a server and nothing else.
 *
 * @param hosts names and addresses that it is reached under; the first is also its common name
 */
export async function issueServer(
  authority: Identity,
  hosts: readonly [string, ...string[]],
  validity: { now: Date; notAfter: Date },
): Promise<Identity> {
  const keys = await newKeys();
  const leaf = { authority, name: hosts[0], publicKey: keys.publicKey, hosts, ...validity };
  const cert = await sign({ ...leaf, usage: x509.ExtendedKeyUsage.serverAuth });
  return { cert, key: await exportKey(keys.privateKey) };
}

/** A key for a site, and the request with which it asks for a certificate. */
export async function createRequest(name: string): Promise<{ request: string; key: string }> {
  const keys = await newKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: ALGORITHM,
  });
  return { request: `${request.toString('pem')}\n`, key: await exportKey(keys.privateKey) };
}

/** What a request says: nothing else of it is ever used. */
export interface SiteRequest {
  name: string;
  publicKey: x509.PublicKey;
  /** SHA-256 of the public key, hex: what provider and site compare by telephone. */
  fingerprint: string;
}

/** @throws FedshotError `format` for what is no request or not signed with its own key */
export async function readRequest(text: string, file: string): Promise<SiteRequest> {
  try {
    const request = new x509.Pkcs10CertificateRequest(text);
    if (!(await request.verify())) throw new Error('not signed with its own key');
    const { publicKey } = request;
    const [name, ...more] = request.subjectName.getField('CN');
    if (name === undefined || more.length > 0) throw new Error('needs exactly one common name');
    if (publicKey.algorithm.name !== 'ECDSA') throw new Error('needs an ECDSA key');
    const digest = await subtle.digest('SHA-256', publicKey.rawData);
    return { name, publicKey, fingerprint: Buffer.from(digest).toString('hex') };
  } catch (error) {
    throw new FedshotError('format', `${file}: not a certificate request that can be used`, {
      hint: 'make one with: fedshot provision request NAME',
      cause: error,
    });
  }
}

/** A site's certificate, good for proving a client and nothing else. */
export function issueSite(
  authority: Identity,
  name: string,
  publicKey: x509.PublicKey,
  validity: { now: Date; notAfter: Date },
): Promise<string> {
  const usage = x509.ExtendedKeyUsage.clientAuth;
  return sign({ authority, name, publicKey, usage, hosts: [], ...validity });
}

/** What an enrolment keeps of a certificate. */
export interface CertificateFacts {
  serial: string;
  /** SHA-256 of the certificate (DER), hex. */
  sha256: string;
  notAfter: Date;
}

export async function factsOf(cert: string): Promise<CertificateFacts> {
  const parsed = new x509.X509Certificate(cert);
  const digest = await subtle.digest('SHA-256', parsed.rawData);
  const sha256 = Buffer.from(digest).toString('hex');
  return { serial: parsed.serialNumber, sha256, notAfter: parsed.notAfter };
}
