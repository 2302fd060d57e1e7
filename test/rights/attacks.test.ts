/** Code inside a confined process goes for what is not its own: each attack by name, with an honest twin. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test as base } from 'vitest';
import {
  fedshot,
  foundInside,
  pathFor,
  possible,
  probe,
  startFedshot,
  WAYS,
  type Way,
} from '../fixtures/inside.js';
import { addressOf, ELSEWHERE, layOut, makeWorld, SECRETS } from '../fixtures/rights-world.js';
import { fileDir } from '../fixtures/temp.js';

const dir = fileDir(ELSEWHERE);
const env = (way: Way): Record<string, string> => ({
  ...SECRETS,
  PATH: pathFor(way, dir),
  HOME: join(dir, 'user'),
  OMP_NUM_THREADS: '1',
  FEDSHOT_ENGINE: 'wasm',
  FEDSHOT_ISOLATE: 'require',
});
const lines = layOut(dir);
const at = (path: string): string => join(dir, path);
/** As 0.1 kept them, and as runs are kept now. */
const PICTURES = ['home/adapted/photo.png', 'home/runs/photo.png'];
const keys = (): string[] =>
  readdirSync(at('store-keys'), { recursive: true, encoding: 'utf8' })
    .map((name) => `store-keys/${name}`)
    .filter((name) => /(\.json|\.sealed)$/.test(name));

beforeAll(() => {
  if (!WAYS.some((way) => possible[way])) return;
  makeWorld(dir, env('bubblewrap'));
  rmSync(at('store-keys/sites'), { recursive: true });
  fedshot(lines.enrol, { env: env('bubblewrap'), cwd: dir });
  for (const folder of ['home/identity', 'home/adapted', 'home/runs'])
    mkdirSync(at(folder), { recursive: true });
  for (const file of [
    ...['home/identity/site-key.pem', 'home/identity/evidence-key.json', 'home/report.html'],
    ...PICTURES,
  ])
    writeFileSync(at(file), 'private');
}, 180_000);

/** Tries to read, or to write, each of these; what came of it, by path. */
const TRY = (reads: readonly string[], writes: readonly string[]): string =>
  probe(`
    const dir = ${JSON.stringify(`${dir}/`)};
    const found = {};
    for (const path of ${JSON.stringify(reads)})
      found['read ' + path] = attempt(() => { fs.statSync(dir + path).isDirectory() ? fs.readdirSync(dir + path) : fs.readFileSync(dir + path); });
    for (const path of ${JSON.stringify(writes)})
      found['write ' + path] = attempt(() => fs.writeFileSync(dir + path, 'forged', { flag: 'a' }));
    found.secrets = Object.keys(process.env).filter((name) => ${JSON.stringify(Object.keys(SECRETS))}.includes(name));
    return found;`);

const REFUSED = /^(ENOENT|EROFS|EACCES|ENOTDIR)$/;

describe.each(WAYS)('isolated by %s', (way) => {
  const test = base.skipIf(!possible[way]);

  const outcome = (words: readonly string[], reads: string[], writes: string[]) => {
    const { stderr } = fedshot(words, {
      env: env(way),
      cwd: at('desk'),
      module: TRY(reads, writes),
    });
    return foundInside(stderr) as Record<string, string> & { secrets: string[] };
  };
  const expectRefused = ({ secrets, ...tries }: ReturnType<typeof outcome>): void => {
    expect(secrets).toEqual([]);
    for (const [what, result] of Object.entries(tries)) expect(result, what).toMatch(REFUSED);
  };

  test('an adapt that changes what is trusted, takes the key of its site, or leaves something beside its report', () => {
    const before = readFileSync(at('home/trust/state.json'));
    const writes = [
      ...['home/trust/state.json', 'home/trust/lock', 'home/identity/site.pem'],
      ...['home/releases/table/current.json', 'home/note', 'out/note', 'desk/note', 'data/note'],
    ];
    expectRefused(
      outcome(
        lines.adapt,
        ['home/identity/site-key.pem', 'home/report.html', 'desk/diary.txt', 'data/letters.txt'],
        writes,
      ),
    );
    expect(readFileSync(at('home/trust/state.json'))).toEqual(before);
    expect(existsSync(at('out/note'))).toBe(false);
    expect(readFileSync(at('out/report.html'), 'utf8')).toContain('<html');
    const honest = outcome(lines.adapt, ['home/trust/state.json', 'data/site.csv'], []);
    expect(honest).toMatchObject({ 'read home/trust/state.json': 'succeeded' });
  });

  test('a predict that writes anything but its file', () => {
    const writes = [
      'home/adapted/note',
      'home/runs/note',
      'home/trust/state.json',
      'out/note',
      'desk/note',
    ];
    expectRefused(outcome(lines.predict, ['desk/diary.txt', 'home/identity'], writes));
    expect(readFileSync(at('out/predictions.csv'), 'utf8')).toMatch(/^index,class/);
  });

  test('a train that takes keys or leaves something beside the model', () => {
    expectRefused(
      outcome(lines.train, [...keys(), 'data/letters.txt', 'home'], ['note', 'store/x']),
    );
  });

  test('an audit of the data that takes keys, or changes the store', () => {
    const writes = ['store/metadata/freshness.json', 'out/note', 'desk/note'];
    expectRefused(outcome(lines.audit, [...keys(), 'data/letters.txt'], writes));
    expect(readFileSync(at('out/audit.html'), 'utf8')).toContain('<html');
  });

  test('a pull that sends out pictures, predictions or reports: it has none', () => {
    const reads = [
      ...['home/adapted', 'home/adapted/table/record.json', ...PICTURES],
      ...['home/runs', 'home/current', 'home/report.html', 'out/predictions.csv', 'data'],
      'home/identity/evidence-key.json',
    ];
    expectRefused(outcome(lines.pull(at('store')), reads, ['home/adapted/note', 'home/note']));
    const honest = ['home/trust/state.json', 'home/identity/site-key.pem', 'home/releases'];
    const twin = outcome(lines.pull(at('store')), honest, ['home/releases/note']);
    expect(Object.values(twin)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded', []]);
    rmSync(at('home/releases/note'));
  });

  test('a serve that opens keys, reads beside its policy, or changes the store; its policy it follows', async () => {
    const reads = [...keys(), 'desk/diary.txt', 'data', 'home', 'model'];
    const serving = startFedshot([...lines.serve, '--policy', at('desk/policy.json')], {
      env: env(way),
      cwd: at('desk'),
      module: TRY(reads, ['store/metadata/freshness.json', 'store/x', 'store-keys/x', 'desk/x']),
    });
    onTestFinished(() => void serving.child.kill('SIGKILL'));
    expect(keys().some((name) => name.includes('/root-'))).toBe(true);
    await addressOf(serving.said);
    const times = (): number => serving.said.err.split('read again').length - 1;
    const before = times();
    writeFileSync(at('desk/new'), '{"releases": {"table": ["*"]}}');
    renameSync(at('desk/new'), at('desk/policy.json'));
    await expect.poll(times, { timeout: 10_000 }).toBeGreaterThan(before);
    writeFileSync(at('desk/policy.json'), '{"releases": {"table": ["*"]}, "allow": "all"}');
    // Named as it is outside.
    await expect
      .poll(() => serving.said.err, { timeout: 10_000 })
      .toContain(at('desk/policy.json'));
    writeFileSync(at('desk/policy.json'), '{"releases": {"*": ["*"]}}');
    serving.child.kill('SIGTERM');
    expect(await serving.ended).toBe(0);
    expectRefused(foundInside(serving.said.err) as ReturnType<typeof outcome>);
  });
});
