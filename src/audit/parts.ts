import { sourceName, type DataSource } from '../shared/data/index.js';
import type { AuditedLog } from '../shared/log/index.js';
import type { AuditOptions } from './options.js';
import type { Inputs } from './artefacts/inputs.js';
import { notGiven, obstacles, type Loaded } from './artefacts/load.js';
import { auditData, shownSource } from './data/index.js';
import { knownCertificates } from './egress/certificates.js';
import { auditEgress, type EgressResult } from './egress/index.js';
import { providerEvidenceClaim, siteEvidenceClaim } from './site/handed.js';
import { auditLogFolder } from './log/log-folder.js';
import { recoveriesOf } from './log/log-history.js';
import { auditLog } from './log/log.js';
import type { RecordFile } from './record/index.js';
import { auditReleases } from './release/release.js';
import { auditSchema } from './schema.js';
import { firstCovered } from './log/since.js';
import { auditSite } from './site/site.js';
import type { PublicStore } from './release/store.js';
import { claim, notChecked, type Claim, type ClaimId, type AuditPart } from './types.js';

/** The claim of each part, for when the part cannot be checked. */
const WHOLE: Readonly<Record<AuditPart, [ClaimId, string]>> = {
  schema: ['schema/requests', 'A request has no room for data of a site'],
  log: ['log/whole', 'The log is whole'],
  egress: ['egress/wire', 'Every byte on the wire is accounted for'],
  release: ['release/store', 'The store holds signed releases and nothing else'],
  data: ['data/search', 'No source data is in the released bytes'],
  site: ['site/network', 'Sites kept to themselves'],
};

const valueOf = <T>(loaded: Loaded<T>): T => {
  if ('value' in loaded) return loaded.value;
  throw new Error('looked at before it was read');
};

/** Checks one part after the other; what several of them need is computed once. */
export class AuditParts {
  #egress: { result: EgressResult } | { claims: Claim[] } | undefined;

  constructor(
    readonly options: AuditOptions,
    readonly inputs: Inputs,
  ) {}

  /** The result of the part egress; undefined where it was not asked for or could not be checked. */
  get egress(): EgressResult | undefined {
    const found = this.#egress;
    return found && 'result' in found ? found.result : undefined;
  }

  /** All claims of a part. */
  async claims(part: AuditPart): Promise<Claim[]> {
    const { store, log } = this.inputs;
    switch (part) {
      case 'schema':
        return [auditSchema()];
      case 'release':
        return this.#look(part, [store], () => this.#released(valueOf(store)));
      case 'log':
        return this.#look(part, [log], () => this.#log(valueOf(log), valueOf(store)));
      case 'egress':
        return this.#wire();
      case 'data':
        return this.#data();
      case 'site':
        return this.#sites();
    }
  }

  /** Claims of a part whose needs are met, or a claim that says what is missing. It throws nothing. */
  #look(part: AuditPart, needs: readonly Loaded<unknown>[], look: () => Claim[]): Claim[] {
    const [id, sentence] = WHOLE[part];
    const { missing, faults } = obstacles(needs);
    if (faults.length > 0 || missing.length > 0) {
      const behind = faults.map(({ claim: words }) => `first this has to hold: ${words}`);
      return [...faults, notChecked(id, sentence, ...missing, ...behind)];
    }
    try {
      return look();
    } catch (error) {
      return [claim(id, sentence, { findings: [`cannot be read: ${(error as Error).message}`] })];
    }
  }

  #released(store: PublicStore): Claim[] {
    const { provider } = this.options;
    const handed = provider === undefined ? [] : [providerEvidenceClaim(provider, store.logKeys)];
    return [...handed, ...auditReleases(store)];
  }

  #log(log: AuditedLog, store: PublicStore): Claim[] {
    const { logDir, since } = { logDir: this.options.log ?? '', since: this.options.since };
    const witnesses = this.inputs.sites.flatMap((site) =>
      'value' in site ? site.value.witnesses : [],
    );
    const noted = since && 'note' in since ? [{ name: '--since', note: since.note }] : [];
    return [
      ...obstacles(this.inputs.sites).faults,
      ...auditLog(log, witnesses, recoveriesOf(store.roots), noted),
      auditLogFolder(logDir, log, store),
    ];
  }

  #wire(): Claim[] {
    const { log, records } = this.inputs;
    this.#egress ??= this.#lookAtWire(log, records);
    return 'result' in this.#egress ? [...this.#egress.result.claims] : this.#egress.claims;
  }

  #lookAtWire(
    log: Loaded<AuditedLog>,
    records: Loaded<readonly RecordFile[]>,
  ): { result: EgressResult } | { claims: Claim[] } {
    const { options, inputs } = this;
    let result: EgressResult | undefined;
    const claims = this.#look('egress', [log, records], () => {
      const [store, read, logDir] = [valueOf(inputs.store), valueOf(log), options.log ?? ''];
      const { first } = firstCovered(options.since, read, store.logKeys);
      result = auditEgress({
        store,
        log: read,
        logDir,
        recordings: valueOf(records),
        certificates: knownCertificates(logDir, options.siteCertificates),
        first,
        recorderKey: options.recorderKey,
      });
      return [...result.claims];
    });
    return result ? { result } : { claims };
  }

  async #data(): Promise<Claim[]> {
    const { store } = this.inputs;
    const { data } = this.options;
    const given: Loaded<DataSource> = data === undefined ? notGiven('data') : { value: data };
    const [id, sentence] = WHOLE.data;
    const { missing, faults } = obstacles([store, given]);
    if (data === undefined || missing.length > 0 || faults.length > 0)
      return this.#look('data', [store, given], () => []);
    try {
      return [await auditData(valueOf(store), data)];
    } catch (error) {
      // The source data is the auditor's own: if it cannot be read, nothing was found wrong with the release.
      const why = (error as Error).message.replaceAll(sourceName(data), shownSource(data));
      return [notChecked(id, sentence, `the source data cannot be read: ${why}`)];
    }
  }

  #sites(): Claim[] {
    const { sites, store } = this.inputs;
    if (sites.length === 0) return this.#look('site', [store, notGiven('site')], () => []);
    const wire = this.options.record?.length && this.options.log ? this.#wire() : [];
    const unreadable = this.egress ? [] : wire.filter(({ verdict }) => verdict === 'FAIL');
    const claims = sites.flatMap((site) =>
      this.#look('site', [store, site], () =>
        auditSite(valueOf(site), valueOf(store), this.egress),
      ),
    );
    const handed = sites.flatMap((site) =>
      'value' in site
        ? [siteEvidenceClaim(site.value.name, site.value.handed, this.options.siteKey ?? [])]
        : [],
    );
    return [...unreadable, ...handed, ...claims];
  }
}
