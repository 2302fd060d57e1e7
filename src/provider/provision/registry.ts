import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';

/** Names of sites: they go into certificates, logs and file names. */
export const SITE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** @throws FedshotError `usage` */
export function assertSiteName(name: string): void {
  if (!SITE_NAME.test(name))
    throw new FedshotError('usage', `not a site's name: ${JSON.stringify(name)}`, {
      hint: 'use up to 63 lower-case letters, digits and hyphens',
    });
}

const time = z.iso.datetime();
const Certificate = z.strictObject({
  serial: z.string().regex(/^[0-9a-f]+$/i),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created: time,
  notAfter: time,
  revoked: time.optional(),
  /** Fingerprint of the authority that signed it; the first one where it does not say. */
  authority: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** SHA-256 of its public key (SPKI), and who made the private one; absent in what 0.1 enrolled. */
  key: z
    .strictObject({
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      madeBy: z.enum(['site', 'provider']),
    })
    .optional(),
});
const Site = z.strictObject({
  name: z.string().regex(SITE_NAME),
  certificates: z.array(Certificate),
});

/** One enrolled site and every certificate it was ever given. */
export type SiteRecord = z.infer<typeof Site>;
export type SiteCertificate = z.infer<typeof Certificate>;

const path = (dir: string, name: string): string => join(dir, `${name}.json`);

export const notEnrolled = (name: string): FedshotError =>
  new FedshotError('not-found', `${name} is not enrolled`, {
    hint: 'fedshot provision list names the sites; a new one: fedshot provision site NAME',
  });

/** @throws FedshotError `not-found`, `format` */
export function readSite(dir: string, name: string): SiteRecord {
  const record = findSite(dir, name);
  if (!record) throw notEnrolled(name);
  return record;
}

/** A site's record, if it is enrolled. @throws FedshotError `format` */
export function findSite(dir: string, name: string): SiteRecord | undefined {
  const file = path(dir, name);
  return existsSync(file) ? parseSite(file, readBytes(file), name) : undefined;
}

function parseSite(file: string, bytes: Buffer, name: string): SiteRecord {
  try {
    const record = Site.parse(JSON.parse(bytes.toString()));
    if (record.name !== name) throw new Error(`it names ${record.name}`);
    return record;
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, ' ') : String(error);
    throw new FedshotError('format', `${file}: ${why}`, { cause: error });
  }
}

/** Writes one site's file and touches no other. */
export function writeSite(dir: string, record: SiteRecord): void {
  assertSiteName(record.name);
  writeFileAtomic(path(dir, record.name), `${JSON.stringify(record, null, 2)}\n`);
}

function siteNames(dir: string): string[] {
  const files = readdirSync(dir).filter((file) => file.endsWith('.json'));
  const names = files.map((file) => file.slice(0, -'.json'.length));
  return names.filter((name) => SITE_NAME.test(name)).sort();
}

/** Every enrolled site, by name. @throws FedshotError `format` */
export function readSites(dir: string): SiteRecord[] {
  return siteNames(dir).map((name) => readSite(dir, name));
}

/** Every site whose file can be read, and why the others cannot: one damaged file is one site's. */
export interface SitesFound {
  readonly sites: readonly SiteRecord[];
  readonly damaged: ReadonlyMap<string, FedshotError>;
}

/** As {@link readSites}, file by file. @throws FedshotError `io` when the folder cannot be read */
export function findSites(dir: string): SitesFound {
  const damaged = new Map<string, FedshotError>();
  try {
    const sites = siteNames(dir).flatMap((name) => {
      try {
        return readSite(dir, name);
      } catch (error) {
        damaged.set(name, asFedshotError(error, 'io', `cannot read the file of ${name}`));
        return [];
      }
    });
    return { sites, damaged };
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot read ${dir}`);
  }
}
