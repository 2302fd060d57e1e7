import type { Command } from 'commander';
import type { Claim } from '../../audit/index.js';
import type { CheckResult } from '../../provider/check.js';
import type { EngineOptions } from '../../shared/engine/types.js';
import { FedshotError } from '../../shared/errors.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { path, repeated } from '../options.js';

interface Options extends EngineOptions, IsolateFlag {
  model: string;
  data: string;
  source: string[];
  store?: string;
  trust?: string;
  writeCard?: boolean;
}

/** Looks for each data set in the model's files and, if there is one, in all of a store. */
async function search({ model, data, source, store, trust }: Options): Promise<Claim[]> {
  const { auditData, auditModelData, readStore, noSource } = await import('../../audit/index.js');
  const { readBytes } = await import('../../shared/files.js');
  const { MAX_ROOT_BYTES, Store } = await import('../../shared/release/index.js');
  const released =
    store && readStore(store, readBytes(trust ?? new Store(store).trustPath(), MAX_ROOT_BYTES));
  const claims: Claim[] = [];
  for (const notation of new Set([...source, data])) {
    claims.push(await auditModelData(model, notation));
    // Before the first release there is nothing in a store that could be claimed to be free of data.
    if (released && released.releases.length > 0) claims.push(await auditData(released, notation));
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

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function scores({ samples, accuracy, declaredAccuracy, classes, model }: CheckResult): string {
  const declared =
    declaredAccuracy === undefined ? '' : `; ${percent(declaredAccuracy)} when it was trained`;
  const worst = classes
    .flatMap((one) => (one.accuracy === undefined ? [] : [{ ...one, accuracy: one.accuracy }]))
    .sort((a, b) => a.accuracy - b.accuracy)
    .slice(0, 3)
    .map(({ name, accuracy: share, samples: n }) => `${name} ${percent(share)} of ${n}`);
  return [
    `${model}: ${percent(accuracy)} of ${samples} samples are right${declared}`,
    `lowest by class: ${worst.join(', ')}`,
  ].join('\n');
}

export function register(parent: Command, io: Io): void {
  const check = command(
    parent,
    'check',
    'score a model on held-out data and look for data in its files, before it is published',
    [
      'fedshot provider check --model work/model --data idx:t-images.gz,t-labels.gz --source idx:images.gz,labels.gz',
      'fedshot provider check --model work/model --data digits:plain --store work/store',
    ],
  )
    .requiredOption('--model <dir>', 'folder that provider train wrote', path)
    .requiredOption('--data <notation>', 'labelled data that it was not trained on (docs/data.md)')
    .option(
      '--source <notation>',
      'data that it was trained on, to look for; may be repeated',
      repeated,
      [],
    )
    .option('--store <dir>', 'look in everything that this store has released, too', path)
    .option('--trust <file>', 'the pinned root (default: trust.json of the store)', path)
    .option('--write-card', "put the data's figures into the model, as its card and accuracy");
  addIsolateOption(addEngineOptions(check)).action(
    action(io, async (options: Options) => {
      const isolation = await enterIsolation(io, {
        isolate: options.isolate,
        engine: engineOptions(options, io),
        data: [options.data, ...options.source],
        read: [options.writeCard ? undefined : options.model, options.store, options.trust],
        write: [options.writeCard ? options.model : undefined],
      });
      const { checkModel } = await import('../../provider/check.js');
      const { claimLines, outcomeOf } = await import('../../audit/index.js');
      const { model, data, writeCard } = options;
      const engine = engineOptions(options, io);
      const result = await checkModel({ model, data, writeCard, engine, reporter: io.reporter });
      const claims = [...(await bindingClaim(result)), ...(await search(options))];
      const failed = claims.find(({ verdict }) => verdict === 'FAIL');
      const open = claims.find(({ verdict }) => verdict === 'NOT CHECKED');
      const verdict = outcomeOf(claims);
      io.result({ ...result, verdict, claims, isolation }, () =>
        [scores(result), ...claims.map(claimLines), `check: ${verdict}`].join('\n'),
      );
      if (failed)
        throw new FedshotError('audit', `the check failed: ${failed.findings[0]!}`, {
          hint: 'do not publish these files; retire a release that holds them',
        });
      if (open)
        throw new FedshotError('incomplete', `not checked: ${open.claim}`, {
          hint: open.missing[0],
        });
    }),
  );
}
