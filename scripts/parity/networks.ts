/**
 * `npm run parity:networks -- [NAME…] [--python PYTHON] [--engine NAME]`: F of each network with random
 * weights against torchvision's or timm's: outputs, every parameter's gradient, and the running
 * statistics that a training pass moves. Non-zero on a miss.
 *
 * LibTorch computes as PyTorch does by default, in its layout on one thread: where a ReLU's input is a
 * rounding error away from zero, another order of sums switches it, and gradients differ.
 *
 * `--write FILE` keeps what PyTorch makes of the small cases by running statistics, as fingerprints, for the
 * tests.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEngine } from '../../src/shared/engine/index.js';
import { float32, parseSafetensors } from '../../src/shared/format/safetensors.js';
import { resampledPositions } from '../../src/shared/model/networks/positions.js';
import { encodeState, type HostTensor, type StateDict } from '../../src/shared/model/state.js';
import { random } from '../../src/shared/random.js';
import { AS_RECORDED } from './case.js';
import {
  fingerprint,
  NETWORK_CASES,
  networkInputs,
  networkResults,
  relative,
  type NetworkResults,
} from './network-case.js';
import { SMALL_CASES, type Fingerprints } from './small-cases.js';

/** Largest difference over the largest value of a tensor. */
const TOLERANCE = 1e-4;
/** What another engine in another order of sums comes to as well. */
const KEPT = /^eval/;
const PEER = join(import.meta.dirname, 'networks_peer.py');

const { values, positionals } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    engine: { type: 'string' },
    write: { type: 'string' },
  },
  allowPositionals: true,
});
const { python } = values;
const folder = mkdtempSync(join(tmpdir(), 'fedshot-networks-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Runs the peer. */
function peer(tensors: StateDict, request: object): NetworkResults {
  const [inputs, results] = [join(folder, 'inputs'), join(folder, 'results')];
  writeFileSync(inputs, encodeState(tensors));
  execFileSync(python, ['-W', 'ignore', PEER, inputs, results, JSON.stringify(request)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const read = parseSafetensors(readFileSync(results), { file: results });
  return new Map(
    [...read].map(([name, tensor]) => [name, Float32Array.from(float32(tensor, name))]),
  );
}

let missed = false;
function judge(what: string, worst: [name: string, off: number]): void {
  const ok = worst[1] <= TOLERANCE;
  missed ||= !ok;
  const found =
    worst[1] === 0
      ? 'bit for bit the same'
      : `largest relative difference ${worst[1].toExponential(2)}, of ${worst[0]}`;
  console.log(`${ok ? 'ok  ' : 'MISS'} ${what}: ${found} (allowed ${TOLERANCE})`);
}

function positions(): void {
  for (const [from, to] of [
    [4, [7, 5]],
    [37, [16, 16]],
    [9, [4, 12]],
  ] as const) {
    const width = 24;
    const stream = random('positions', from);
    const x: HostTensor = {
      shape: [1, 1 + from * from, width],
      data: Float32Array.from({ length: (1 + from * from) * width }, () => stream.normal()),
    };
    const mine = resampledPositions(x, [1, 1 + to[0] * to[1], width], to);
    const theirs = peer(new Map([['x', x]]), { name: 'positions', to }).get('positions')!;
    const off = relative(mine!.data as Float32Array, theirs);
    judge(`positions ${from}×${from} → ${to.join('×')}`, ['pos_embed', off]);
  }
}

try {
  console.log(
    execFileSync(python, ['-W', 'ignore', PEER], { encoding: 'utf8', stdio: 'pipe' }).trim(),
  );
} catch {
  console.log(
    `SKIPPED: ${python} has no torch, torchvision, timm and safetensors; name one that has with --python`,
  );
  process.exit(0);
}
const engine = await startEngine({ engine: values.engine, ...AS_RECORDED });
const kept: Fingerprints = {};
const cases = values.write ? SMALL_CASES : NETWORK_CASES;
if (positionals.length === 0) positions();
for (const one of cases) {
  if (positionals.length > 0 && !positionals.includes(one.name)) continue;
  const inputs = networkInputs(one);
  const theirs = peer(
    new Map([
      ...[...inputs.weights].map(([name, value]): [string, HostTensor] => [
        `weight.${name}`,
        value,
      ]),
      ['x', inputs.x],
      ['r', inputs.r],
    ]),
    one,
  );
  const mine = await networkResults(one, inputs, engine.ops);
  for (const kind of [/^eval$/, /^eval grad/, /^train$/, /^train grad/, /^moved/]) {
    const names = [...theirs.keys()].filter((name) => kind.test(name));
    const offs = names.map((name): [string, number] => [
      name,
      relative(mine.get(name) ?? new Float32Array(), theirs.get(name)!),
    ]);
    const worst = offs.reduce((a, b) => (b[1] <= a[1] ? a : b), ['none', 0]);
    if (names.length > 0)
      judge(
        `${one.name} ${one.side} px ${engine.name} ${kind.source.replace(/\W+/g, ' ').trim()}`,
        worst,
      );
  }
  kept[one.name] = Object.fromEntries(
    [...theirs]
      .filter(([name]) => KEPT.test(name))
      .map(([name, tensor]) => [
        name,
        fingerprint(name, tensor).map((value) => Number(value.toPrecision(7))) as [number, number],
      ]),
  );
}
if (values.write) writeFileSync(values.write, `${JSON.stringify(kept, null, 1)}\n`);
process.exit(missed ? 1 : 0);
