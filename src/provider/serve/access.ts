import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { parsePayload } from '../../shared/release/fields.js';
import type { Peer } from '../../shared/rpc/index.js';
import { fingerprintOf } from '../authorities.js';
import { SITE_NAME, type SiteCertificate, type SiteRecord } from '../provision/registry.js';

export const ANONYMOUS = 'anonymous';
const EVERY = '*';

const Policy = z.strictObject({
  releases: z.record(
    z.string().regex(/^(\*|[a-z0-9][a-z0-9._-]{0,63})$/, 'not a release name'),
    z.array(z.union([z.literal(EVERY), z.string().regex(SITE_NAME, 'not a site name')])),
  ),
});

/** Which sites may pull a release. `*` as a release means every other one; as a site, every enrolled one. */
export type Policy = z.infer<typeof Policy>;

/** @throws FedshotError `format`, naming the first key or value at fault, or one that stands there twice */
export function readPolicy(file: string): Policy {
  try {
    return parsePayload(Policy, readBytes(file), file);
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'format') throw error;
    // The provider's own file: the message may quote it.
    const where = error.cause instanceof SyntaxError ? ` (${oneLine(error.cause.message)})` : '';
    throw new FedshotError('format', `${error.message}${where}`, {
      hint: 'a policy is {"releases": {"digits": ["site-a"], "*": ["*"]}}',
      cause: error,
    });
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 200);

/** Who may come in, and what each may pull: what is known at one moment. */
export interface Access {
  /** CAs of client certificates, PEM, one after the other; undefined when clients are anonymous. */
  readonly clientCa: string | undefined;
  /** Sites that the policy names but that are not enrolled: most likely a spelling mistake. */
  readonly strangers: readonly string[];
  /** The name of an admitted peer. @throws FedshotError `trust` or `denied` */
  identify(peer: Peer, now: Date): string;
  /** @throws FedshotError `denied` */
  authorise(site: string, release: string): void;
}

/** What an {@link Access} is made of. */
export interface AccessFacts {
  /** PEM; empty where clients are anonymous. */
  readonly authorities: readonly string[];
  /** Which of them signed the certificates that do not say it. */
  readonly first: string | undefined;
  readonly sites: readonly SiteRecord[];
  /** Sites whose files cannot be read: they are refused. */
  readonly damaged: readonly string[];
  /** Certificates (SHA-256) that were ever seen revoked: a file read later may be an old copy. */
  readonly revoked: ReadonlySet<string>;
  readonly policy: Policy | undefined;
}

/** Admits every client. */
export const anybody: AccessFacts = {
  authorities: [],
  first: undefined,
  sites: [],
  damaged: [],
  revoked: new Set(),
  policy: undefined,
};

type Known = SiteCertificate & { readonly site: string };

/**
 * Only certificates that are on record count: one that the CA signed but nobody recorded is refused
 * like a revoked one.
 */
export function accessOf(facts: AccessFacts): Access {
  const { authorities, first, sites, damaged, revoked, policy } = facts;
  const asks = authorities.length > 0;
  const accepted = new Set(authorities.map(fingerprintOf));
  const known = new Map<string, Known>();
  for (const { name, certificates } of sites)
    for (const entry of certificates) known.set(entry.sha256, { ...entry, site: name });
  const names = new Set([EVERY, ...sites.map(({ name }) => name), ...damaged]);
  const named = Object.values(policy?.releases ?? {}).flat();

  return {
    clientCa: asks ? authorities.join('\n') : undefined,
    strangers: [...new Set(named)].filter((name) => !names.has(name)),
    identify(peer, now) {
      if (!asks) return ANONYMOUS;
      if (peer.certificate === undefined)
        throw new FedshotError('trust', 'a client without a certificate');
      const entry = known.get(peer.certificate);
      if (!entry) throw new FedshotError('denied', notOnRecord(damaged));
      if (entry.revoked !== undefined || revoked.has(entry.sha256))
        throw new FedshotError('denied', `${entry.site}: revoked`);
      // For connections from before it was removed: new ones do not get this far.
      if (!accepted.has(entry.authority ?? first ?? ''))
        throw new FedshotError('denied', `${entry.site}: of an authority that was removed`);
      if (new Date(entry.notAfter) <= now)
        throw new FedshotError('denied', `${entry.site}: expired`);
      return entry.site;
    },
    authorise(site, release) {
      if (!policy) return;
      const may = Object.hasOwn(policy.releases, release)
        ? policy.releases[release]
        : policy.releases[EVERY];
      if (!may?.some((entry) => entry === EVERY || entry === site))
        throw new FedshotError('denied', `${site} may not pull ${release}`);
    },
  };
}

const notOnRecord = (damaged: readonly string[]): string =>
  damaged.length === 0
    ? 'a certificate that is not on record'
    : `a certificate that is not on record; these files cannot be read: ${damaged.join(', ')}`;
