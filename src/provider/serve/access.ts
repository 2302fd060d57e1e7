import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { parsePayload } from '../../shared/release/fields.js';
import type { Peer } from '../../shared/rpc/index.js';
import { fingerprintOf } from '../authorities.js';
import { firstAuthority, readAuthorities } from '../provision/authority.js';
import { readSites, SITE_NAME, type SiteCertificate } from '../provision/registry.js';

export const ANONYMOUS = 'anonymous';
const EVERY = '*';

const Policy = z.strictObject({
  releases: z.record(
    z.string().regex(/^(\*|[a-z0-9][a-z0-9._-]{0,63})$/, 'not a release name'),
    z.array(z.union([z.literal(EVERY), z.string().regex(SITE_NAME, 'not a site name')])),
  ),
});

/** Which sites may pull a release; `*` as a release is every other one, as a site every enrolled one. */
export type Policy = z.infer<typeof Policy>;

/** @throws FedshotError `format`, naming the first key or value at fault, or one that stands there twice */
export function readPolicy(file: string): Policy {
  try {
    return parsePayload(Policy, readBytes(file), file);
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'format') throw error;
    // The provider's own file: where it goes wrong may be said.
    const where = error.cause instanceof SyntaxError ? ` (${oneLine(error.cause.message)})` : '';
    throw new FedshotError('format', `${error.message}${where}`, {
      hint: 'a policy is {"releases": {"digits": ["site-a"], "*": ["*"]}}',
      cause: error,
    });
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 200);

/** Who may come in, and what each may pull: what is on disk at one moment. */
export interface Access {
  /** CAs of client certificates, PEM, one after the other; undefined when clients are anonymous. */
  readonly clientCa: string | undefined;
  /** Sites that the policy names and nobody enrolled: most likely a name that is spelt wrong. */
  readonly strangers: readonly string[];
  /** The name of an admitted peer. @throws FedshotError `trust` or `denied` */
  identify(peer: Peer, now: Date): string;
  /** @throws FedshotError `denied` */
  authorise(site: string, release: string): void;
}

type Known = SiteCertificate & { readonly site: string };

/**
 * Reads the enrolled sites and the policy. Only certificates that are on record count: one that the
 * CA signed but nobody recorded is refused like a revoked one.
 *
 * @param sites folder of enrolled sites; without a `ca.pem` in it nobody is asked who he is
 * @param policy what the file says, where it was read before
 * @throws FedshotError `format`; `usage` for a policy over sites that cannot be told apart
 */
export function readAccess(
  sites: string | undefined,
  policyFile: string | undefined,
  policy = policyFile === undefined ? undefined : readPolicy(policyFile),
): Access {
  const authorities = sites === undefined ? [] : readAuthorities(sites);
  const clientCa = authorities.length > 0 ? authorities.join('\n') : undefined;
  const accepted = new Set(authorities.map(fingerprintOf));
  const first = clientCa === undefined ? undefined : firstAuthority(sites!);
  if (policy && clientCa === undefined)
    throw new FedshotError('usage', `${policyFile!}: a policy needs enrolled sites`, {
      hint: 'make a CA first: fedshot provision init',
    });
  const known = new Map<string, Known>();
  const enrolled = clientCa === undefined ? [] : readSites(sites!);
  for (const { name, certificates } of enrolled)
    for (const entry of certificates) known.set(entry.sha256, { ...entry, site: name });
  const names = new Set([EVERY, ...enrolled.map(({ name }) => name)]);
  const strangers = Object.values(policy?.releases ?? {}).flat();

  return {
    clientCa,
    strangers: [...new Set(strangers)].filter((name) => !names.has(name)),
    identify(peer, now) {
      if (clientCa === undefined) return ANONYMOUS;
      if (peer.certificate === undefined)
        throw new FedshotError('trust', 'a client without a certificate');
      const entry = known.get(peer.certificate);
      if (!entry) throw new FedshotError('denied', 'a certificate that is not on record');
      if (entry.revoked !== undefined) throw new FedshotError('denied', `${entry.site}: revoked`);
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
