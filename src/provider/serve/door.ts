import type { Logger } from 'pino';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { isRemembered, rememberEnrolled } from '../../shared/release/enrolled.js';
import { fingerprintOf } from '../authorities.js';
import { firstAuthority, readAuthorities } from '../provision/authority.js';
import { findSites, type SitesFound } from '../provision/registry.js';
import { accessOf, anybody, readPolicy, type Access, type Policy } from './access.js';

/**
 * Whom a server asks for a certificate: nobody, everybody, or everybody as soon as there is an
 * authority for sites.
 */
export type Asks = 'never' | 'when-enrolled' | 'always';

export interface DoorOptions {
  /** Folder of enrolled sites. */
  readonly sites: string | undefined;
  /** Policy file. */
  readonly policy: string | undefined;
  readonly asks: Asks;
  /** Folders that remember that sites are enrolled. */
  readonly memory: readonly string[];
  readonly log: Logger;
}

interface Authorities {
  readonly certificates: readonly string[];
  readonly first: string | undefined;
}

const NOBODY: SitesFound = { sites: [], damaged: new Map() };

/**
 * Reads who may come in, and keeps what it has read: a file that disappears or breaks while the server
 * runs changes nothing. Each part is read by itself, so that a broken policy does not keep a site from
 * being revoked. A server that lacks something it needs does not start.
 */
export class Door {
  #authorities: Authorities = { certificates: [], first: undefined };
  #first: string | undefined;
  #found = NOBODY;
  #policy: Policy | undefined;
  /** Kept until this process ends: a file restored from an old copy must not undo a revocation. */
  readonly #revoked = new Set<string>();
  /** The warnings that were last logged, so that none is repeated. */
  #said = '';

  constructor(private readonly options: DoorOptions) {}

  /**
   * What is on disk now.
   *
   * @throws FedshotError `not-found` for an authority that has to be there; `usage` for a policy over
   *   sites that show no certificates; else what is wrong with a file
   */
  open(): Access {
    const { policy, asks, sites } = this.options;
    this.#policy = policy === undefined ? undefined : readPolicy(policy);
    this.#authorities = this.#readAuthorities();
    if (this.#asks) this.#find(findSites(sites ?? ''));
    else if (asks === 'always') throw this.#missing('no certificate authority for sites');
    else if (asks !== 'never' && isRemembered(this.options.memory))
      throw this.#missing('sites are enrolled, and their certificate authority is not there');
    if (policy !== undefined && !this.#asks)
      throw new FedshotError('usage', `${policy}: a policy needs enrolled sites`, {
        hint: 'make a CA first: fedshot provision init',
      });
    return this.#access();
  }

  /** What is on disk now; for a part that cannot be read, what was read before. */
  reopen(): Access {
    const { policy, sites } = this.options;
    if (policy !== undefined)
      this.#keeping('the policy', () => {
        this.#policy = readPolicy(policy);
      });
    this.#keeping('the authorities for sites', () => {
      const now = this.#readAuthorities();
      if (this.#asks && now.certificates.length === 0)
        throw this.#missing('their certificate authority is gone');
      this.#authorities = now;
    });
    if (this.#asks)
      this.#keeping('the enrolled sites', () => {
        this.#find(findSites(sites ?? ''));
      });
    return this.#access();
  }

  /** Enrolled sites whose files can be read, and those whose files cannot. */
  counts(): { enrolled: number; damaged: number } {
    return { enrolled: this.#found.sites.length, damaged: this.#found.damaged.size };
  }

  /** When the first of the certificates expires that are valid now; undefined where there are none. */
  firstExpiry(now: Date): Date | undefined {
    const valid = this.#found.sites
      .flatMap(({ certificates }) => certificates)
      .filter(({ sha256, revoked }) => revoked === undefined && !this.#revoked.has(sha256))
      .map(({ notAfter }) => Date.parse(notAfter))
      .filter((time) => time > now.getTime());
    return valid.length === 0 ? undefined : new Date(Math.min(...valid));
  }

  get #asks(): boolean {
    return this.#authorities.certificates.length > 0;
  }

  #readAuthorities(): Authorities {
    const { sites, asks } = this.options;
    if (sites === undefined || asks === 'never') return { certificates: [], first: undefined };
    const certificates = readAuthorities(sites);
    try {
      certificates.forEach(fingerprintOf); // throws for what is no certificate
    } catch (error) {
      throw asFedshotError(error, 'format', `${sites}: the certificate of an authority`);
    }
    // The first authority is known by its key file: if that disappears, no other may take its place.
    if (certificates.length > 0) this.#first ??= firstAuthority(sites);
    return { certificates, first: this.#first };
  }

  #find(found: SitesFound): void {
    this.#found = found;
    for (const { certificates } of found.sites)
      for (const { sha256, revoked } of certificates)
        if (revoked !== undefined) this.#revoked.add(sha256);
  }

  #access(): Access {
    const { log, memory } = this.options;
    if (!this.#asks) return accessOf(anybody);
    for (const folder of memory)
      try {
        rememberEnrolled(folder);
      } catch (error) {
        log.debug({ err: error }, 'cannot remember there that sites are enrolled'); // one is enough
      }
    const { certificates: authorities, first } = this.#authorities;
    const { sites } = this.#found;
    const damaged = [...this.#found.damaged.keys()];
    const access = accessOf({
      authorities,
      first,
      sites,
      damaged,
      revoked: this.#revoked,
      policy: this.#policy,
    });
    this.#say(access.strangers);
    return access;
  }

  /** Logs what is wrong with files, once until it changes. */
  #say(strangers: readonly string[]): void {
    const { log } = this.options;
    const damaged = [...this.#found.damaged].map(([site, { message }]) => ({ site, message }));
    const now = JSON.stringify([strangers, damaged]);
    if (now === this.#said) return;
    this.#said = now;
    if (strangers.length > 0)
      log.warn({ sites: strangers }, 'the policy names sites that are not enrolled');
    for (const { site, message } of damaged)
      log.error(
        { site, reason: message },
        'this site is refused until its file is mended or restored',
      );
  }

  #keeping(what: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.options.log.error(
        { err: error },
        `cannot use ${what}; going on with what was read before`,
      );
    }
  }

  #missing(why: string): FedshotError {
    return new FedshotError('not-found', `${this.options.sites ?? 'no folder of sites'}: ${why}`, {
      hint: 'mount or restore that folder; without enrolled sites: fedshot provision init, or let anybody pull with --anybody',
    });
  }
}
