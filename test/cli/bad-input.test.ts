import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { fedshot, type Ran } from '../fixtures/built.js';
import { runCommandWith } from '../fixtures/command.js';
import { fileDir } from '../fixtures/temp.js';

/** As a person runs it: built, in a process of its own, and in the sandbox where there is one. */
const built = (...args: string[]): Promise<Ran> => fedshot(...args);
/** What says the same with or without a process and a sandbox of its own. */
const here = (...args: string[]): Promise<Ran> =>
  runCommandWith({ env: { FEDSHOT_PASSPHRASE: 'of this test, long' } }, ...args);
const ALONE = ['--isolate', 'off'];
const WASM = [...ALONE, '--engine', 'wasm', '--threads', '1'];

const dir = fileDir();
const at = (...parts: string[]): string => join(dir, ...parts);

/** An IDX file of `n` images of `side × side`, or of `n` labels. */
function idx(
  name: string,
  n: number,
  side: number | undefined,
  fill = (i: number) => i % 251,
): string {
  const shape = side === undefined ? [n] : [n, side, side];
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = 8;
  head[3] = shape.length;
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  const body = Buffer.from(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => fill(i)),
  );
  writeFileSync(at(name), gzipSync(Buffer.concat([head, body])));
  return at(name);
}

const TRAIN = ['--arch', 'mlp', '--hidden', '8', '--bottleneck', '8', '--epochs', '1'];
let trained = 0;
const training = (data: string, more: string[]): string[] => {
  const out = at(`refused-${trained++}`); // several run at a time
  return ['provider', 'train', '--data', data, '--out', out, ...TRAIN, ...more];
};
const train = (data: string, ...more: string[]): Promise<Ran> =>
  here(...training(data, [...WASM, ...more]));
const trainBuilt = (data: string, ...more: string[]): Promise<Ran> =>
  built(...training(data, more));

/** One line that says `what`, a non-zero code, nothing on standard output, no model left behind. */
async function expectRefusal(
  running: Ran | Promise<Ran>,
  code: number,
  what: RegExp,
): Promise<void> {
  const run = await running;
  const complaints = run.err.split('\n').filter((line) => line.startsWith('fedshot: '));
  expect(complaints, run.err).toHaveLength(1);
  expect(complaints[0]).toMatch(what);
  expect(run.err).not.toMatch(/^\s+at /m); // no stack trace
  expect(run.code).toBe(code);
}

beforeAll(async () => {
  const model = ['--data', 'digits:plain?n=200', '--out', at('model'), ...TRAIN];
  for (const args of [
    ['provider', 'train', ...model, ...WASM],
    ['provider', 'init', '--store', at('store')],
    ['provider', 'init', '--store', at('other')],
    ['provider', 'publish', '--model', at('model'), '--name', 'digits', '--store', at('store')],
    ['client', 'init', '--trust', at('store', 'trust.json'), '--home', at('site')],
    ['client', 'pull', '--from', at('store'), '--name', 'digits', '--home', at('site'), ...ALONE],
  ]) {
    const run = await here(...args);
    if (run.code !== 0) throw new Error(`${args.join(' ')}: ${run.err}`);
  }
}, 120_000);

describe.concurrent('source data', () => {
  it.each([
    ['a missing file', () => `idx:${at('none.gz')},${at('none2.gz')}`, 7, /none\.gz/],
    ['an unknown reader', () => 'jpeg:x', 2, /unknown reader "jpeg"/],
    ['an unknown key', () => 'digits:plain?m=3', 2, /unknown key "m"/],
    ['one sample', () => 'digits:plain?n=1', 3, /one sample/],
    ['no labels', () => `idx:${idx('a.gz', 20, 8)}`, 3, /has no labels/],
    [
      'more labels than images',
      () => `idx:${idx('b.gz', 20, 8)},${idx('bl.gz', 21, undefined)}`,
      3,
      /20 .*21|21 .*20/,
    ],
  ])('%s is refused', async (_, data, code, what) => {
    await expectRefusal(train(data()), code, what);
  });

  it('a file within the sandbox that is not there is refused as outside', async () => {
    const data = `idx:${at('none.gz')},${at('none2.gz')}`;
    await expectRefusal(trainBuilt(data), 7, /none\.gz/);
  });

  it('a truncated IDX file is refused, and named', async () => {
    const whole = idx('cut.gz', 20, 8);
    const labels = idx('cutl.gz', 20, undefined, (i) => i % 2);
    writeFileSync(whole, readFileSync(whole).subarray(0, -20));
    await expectRefusal(trainBuilt(`idx:${whole},${labels}`), 3, /cut\.gz/);
  });

  it('a label outside the classes is refused by sample and value', async () => {
    const data = `idx:${idx('c.gz', 20, 8)},${idx('cl.gz', 20, undefined, (i) => i % 3)}`;
    await expectRefusal(train(data, '--classes', 'no,yes'), 3, /label 2 of sample 2 is outside/);
  });

  it('an empty class list is refused', async () => {
    await expectRefusal(train('digits:plain?n=50', '--classes', ''), 2, /--classes/);
  });

  it('a value that is no number is refused by row and column', async () => {
    writeFileSync(at('t.csv'), 'x,y\n1,a\nabc,b\n2,a\n3,b\n');
    await expectRefusal(train(`csv:${at('t.csv')}#label=y`), 3, /t\.csv.*(abc|infinite)/);
  });
});

describe.concurrent('options', () => {
  it('an unknown flag is refused by name', async () => {
    await expectRefusal(trainBuilt('digits:plain?n=50', '--epoch', '3'), 2, /--epoch'/);
  });
  it('a value out of range is refused by flag and value', async () => {
    await expectRefusal(train('digits:plain?n=50', '--lr', '-1'), 2, /--lr.*-1/);
  });
  it('an engine that cannot load is an error, not another engine', async () => {
    // WebAssembly has no GPU, on whatever machine this runs.
    const run = trainBuilt('digits:plain?n=50', '--engine', 'wasm', '--device', 'cuda');
    await expectRefusal(run, 5, /no engine.*wasm.*cuda|wasm.*cuda/);
  });
});

describe('adapt', () => {
  const adapt = (...more: string[]) =>
    built('client', 'adapt', '--home', at('site'), '--name', 'digits', '--epochs', '1', ...more);

  it('images of another size than can be resized are refused', async () => {
    const data = `idx:${idx('big.gz', 4, 200)}`;
    await expectRefusal(adapt('--data', data), 3, /big\.gz.*200/);
  });
  it('one sample is refused', async () => {
    await expectRefusal(adapt('--data', 'digits:thin?n=1'), 3, /one sample is too few/);
  });
  it('a release that was never pulled is refused by name', async () => {
    const run = await here(
      ...['client', 'adapt', '--home', at('site'), '--name', 'x', '--data', 'digits:thin', ...WASM],
    );
    await expectRefusal(run, 7, /no release named x/);
  });
  it('a pulled file with one flipped bit is refused', async () => {
    cpSync(at('site'), at('flipped'), { recursive: true });
    const file = at('flipped', 'releases', 'digits', '1', 'B.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(file, bytes);
    const run = await built(
      ...['client', 'adapt', '--home', at('flipped'), '--name', 'digits', '--data', 'digits:thin'],
    );
    await expectRefusal(run, 11, /B\.safetensors has changed since it was pulled/);
  });
});

describe.concurrent('pull', () => {
  /** A site that pins `trust` and pulls from `from`. */
  const pull = async (home: string, trust: string, from: string): Promise<Ran> => {
    const init = await here('client', 'init', '--trust', trust, '--home', at(home));
    if (init.code !== 0) throw new Error(init.err);
    return here('client', 'pull', '--from', from, '--name', 'digits', '--home', at(home), ...ALONE);
  };
  /** Names of releases; what was pulled in part is under none. */
  const pulled = (home: string): string[] =>
    existsSync(at(home, 'releases'))
      ? readdirSync(at(home, 'releases')).filter((name) => name !== '.partial')
      : [];

  /** A copy of the store with one bit of the matching file flipped. */
  function flipped(
    name: string,
    pick: (path: string) => boolean,
    offset: (size: number) => number,
  ): string {
    cpSync(at('store'), at(name), { recursive: true });
    const files = readdirSync(at(name), { recursive: true, encoding: 'utf8' });
    const file = files.filter((path) => pick(path) && statSync(at(name, path)).isFile()).sort()[0]!;
    const bytes = readFileSync(at(name, file));
    bytes[offset(bytes.length)]! ^= 1;
    writeFileSync(at(name, file), bytes);
    return at(name);
  }
  const trust = () => at('store', 'trust.json');

  it('a provider that is not there is said to be unreachable', async () => {
    const run = await pull('lonely', trust(), 'localhost:1');
    await expectRefusal(run, 8, /localhost:1/);
  }, 90_000);

  it('a wrong pinned key is refused, and nothing is written', async () => {
    const run = await pull('wrong', at('other', 'trust.json'), at('store'));
    await expectRefusal(run, 10, /./);
    expect(pulled('wrong')).toEqual([]);
  });
  it('twin: with the right one, the release and nothing else is there', async () => {
    const run = await pull('right', trust(), at('store'));
    expect(run.code, run.err).toBe(0);
    expect(pulled('right')).toEqual(['digits']);
  });

  it('one flipped bit in a chunk is refused, and nothing is written', async () => {
    const from = flipped(
      'bit1',
      (path) => path.startsWith('objects'),
      (size) => size >> 1,
    );
    await expectRefusal(pull('site1', trust(), from), 11, /chunk/);
    expect(pulled('site1')).toEqual([]);
  });
  it('one flipped bit in the manifest is refused', async () => {
    const from = flipped(
      'bit2',
      (path) => path.includes('releases'),
      () => 200,
    );
    const run = await pull('site2', trust(), from);
    expect(run.code).toBeGreaterThanOrEqual(10);
    expect(run.err).toMatch(/^fedshot: .*manifest/m);
  });
  it('one flipped bit in a signature is refused', async () => {
    const from = flipped(
      'bit3',
      (path) => path.endsWith('freshness.json'),
      (size) => size - 20,
    );
    const run = await pull('site3', trust(), from);
    expect(run.code).toBeGreaterThanOrEqual(10);
    expect(run.err).toMatch(/^fedshot: .*freshness/m);
  });
});
