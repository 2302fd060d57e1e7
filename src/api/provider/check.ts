import { z } from 'zod';
import type { Claim } from '../../audit/index.js';
import type { CheckResult } from '../../provider/check.js';
import { dataSource } from '../../shared/data/index.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import { flag, path, several } from '../../shared/option.js';
import { percent } from '../../shared/report/terminal/format.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';

export const checkOptions = z.strictObject({
  model: path('<dir>').describe('folder that provider train wrote'),
  data: dataSource().describe('labelled data that it was not trained on (docs/data.md)'),
  source: several(dataSource())
    .default([])
    .describe('data that it was trained on, to look for; may be repeated'),
  store: path('<dir>').optional().describe('look in everything that this store has released, too'),
  trust: path('<file>').optional().describe('the pinned root (default: trust.json of the store)'),
  writeCard: flag()
    .default(false)
    .describe("put the data's figures into the model, as its card and accuracy"),
  ...engineOptions,
});
export type CheckInput = z.input<typeof checkOptions>;
type Options = z.output<typeof checkOptions>;
export type CheckOutcome = CheckResult & {
  verdict: ReturnType<typeof import('../../audit/index.js').outcomeOf>;
  claims: Claim[];
  isolation?: IsolationRecord;
};

/** Scores a model on held-out data and looks for data in its files, before it is published. */
export default defineOperation({
  name: 'provider check',
  module: import.meta.url,
  options: checkOptions,
  rights: ({ model, store, trust, writeCard }) => ({
    read: [writeCard ? undefined : model, store, trust].filter((path) => path !== undefined),
    write: writeCard ? [model] : [],
  }),
  async run(options, { reporter, isolation }): Promise<CheckOutcome> {
    const { model, data, writeCard, engine, device, threads } = options;
    const { checkModel } = await import('../../provider/check.js');
    const { outcomeOf } = await import('../../audit/index.js');
    const result = await checkModel({
      model,
      data,
      writeCard,
      engine: { engine, device, threads, reporter },
      reporter,
    });
    const claims = [...(await bindingClaim(result)), ...(await search(options))];
    return { ...result, verdict: outcomeOf(claims), claims, isolation };
  },
});

/** Looks for each data set in the model's files and, if there is one, in all of a store. */
async function search({ model, data, source, store, trust }: Options): Promise<Claim[]> {
  const { auditData, auditModelData, readStore, noSource } = await import('../../audit/index.js');
  const { readBytes } = await import('../../shared/files.js');
  const { MAX_ROOT_BYTES, Store } = await import('../../shared/release/index.js');
  const released =
    store && readStore(store, readBytes(trust ?? new Store(store).trustPath(), MAX_ROOT_BYTES));
  const claims: Claim[] = [];
  for (const searched of new Set([...source, data])) {
    claims.push(await auditModelData(model, searched));
    // Before the first release there is nothing in a store that could be claimed to be free of data.
    if (released && released.releases.length > 0) claims.push(await auditData(released, searched));
  }
  return source.length > 0 ? claims : [...claims, noSource()];
}

const FIGURES = 'release/figures';
const BOUND = 'The held-out figures of the model were measured on these weights';
/** Standard deviations that the declared accuracy may lie above the measured one; data differ. */
const FAR = 5;

/** Whether what the model says of itself belongs to these weights, as far as one can tell. */
async function bindingClaim(result: CheckResult): Promise<Claim[]> {
  const { claim, notChecked } = await import('../../audit/types.js');
  const { binding, accuracy, declaredAccuracy: declared, samples } = result;
  if (binding === 'none') return [];
  const evidence = [
    declared === undefined
      ? 'it declares no accuracy'
      : `declared ${percent(declared)}; of these ${samples} samples ${percent(accuracy)} are right`,
  ];
  if (binding === 'other')
    return [claim(FIGURES, BOUND, { evidence, findings: ['they name other weights than these'] })];
  if (binding === 'bound') return [claim(FIGURES, BOUND, { evidence })];
  const spread = Math.sqrt(0.25 / samples); // of a share, at most
  if (declared !== undefined && declared - accuracy > FAR * spread)
    return [
      claim(FIGURES, BOUND, {
        evidence,
        findings: [`${percent(declared)} are declared, and ${percent(accuracy)} are right`],
      }),
    ];
  const why =
    'a model of fedshot 0.1 does not name the weights that it was measured on; --write-card measures it anew';
  return [notChecked(FIGURES, BOUND, why)];
}
