import { X509Certificate } from 'node:crypto';
import type { Root } from '../shared/release/index.js';

/** A certificate's names apart; one of ours has about 400. */
const MOST_BYTES = 512;
/** An authority's own, which may be of another kind of key. */
const MOST_AUTHORITY_BYTES = 1024;
const MOST_NAMES = 256;

const PEM = /-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?/g;
const trimmed = (text: string): string => text.trimEnd();

/** The certificates of a PEM text; undefined when there is anything else in it. */
export function chainOf(pem: string): X509Certificate[] | undefined {
  const parts = pem.match(PEM) ?? [];
  if (parts.length === 0 || parts.join('') !== pem) return undefined;
  try {
    const chain = parts.map((part) => new X509Certificate(part));
    const same = chain.every((one, i) => trimmed(one.toString()) === trimmed(parts[i] ?? ''));
    return same ? chain : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with a root's authorities: room in which data could be hidden. */
export function authorityFaults({ document }: Root): string[] {
  return document.tls.ca.flatMap((pem) => {
    const [one, ...others] = chainOf(pem) ?? [];
    if (!one || others.length > 0) return ['an authority that is not one certificate'];
    const { length } = one.raw;
    return length > MOST_AUTHORITY_BYTES
      ? [`an authority with a certificate of ${length} bytes`]
      : [];
  });
}

/** The server's certificates: issued by an authority of the roots, and no larger than they need to be. */
export function serverChainFaults(pem: string, roots: readonly Root[]): string[] {
  const chain = chainOf(pem);
  if (!chain) return ['not a chain of certificates, or something beside one'];
  const authorities = roots.flatMap(({ document }) =>
    document.tls.ca.flatMap((ca) => chainOf(ca) ?? []),
  );
  return chain.flatMap((one) => {
    const names = (one.subjectAltName ?? '').length;
    const size = one.raw.length - names;
    return [
      ...(authorities.some((ca) => one.verify(ca.publicKey))
        ? []
        : ['a certificate of an authority that no root names']),
      ...(size > MOST_BYTES
        ? [`a certificate of ${size} bytes beside its names; ${MOST_BYTES} are enough`]
        : []),
      ...(names > MOST_NAMES ? [`a certificate with ${names} characters of names`] : []),
    ];
  });
}
