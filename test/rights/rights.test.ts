/**
 * What each confined process can read, write, reach and inherit, found out by a module that runs inside
 * of it, and held against the list that docs/isolation.md prints.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test as base } from 'vitest';
import { rightsPage, type RightsList } from '../../scripts/rights/page.js';
import type { IsolationRecord } from '../../src/shared/isolate/index.js';
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

const LIST = join(import.meta.dirname, 'rights.json');
const list = JSON.parse(readFileSync(LIST, 'utf8')) as RightsList;

const dir = fileDir(ELSEWHERE);
const env = (way: Way | 'none'): Record<string, string> => ({
  ...SECRETS,
  PATH: pathFor(way, dir),
  HOME: join(dir, 'user'),
  TMPDIR: join(dir, 'tmp'),
  LANG: 'C.UTF-8',
  OMP_NUM_THREADS: '1',
  FEDSHOT_ENGINE: 'wasm',
});

/** Walks all that the process can see of this test's folder, and tries to write to each folder. */
const LOOK = `
  const [read, write] = [[], []];
  const walk = (folder) => {
    const file = join(folder, '.try');
    if (attempt(() => { fs.writeFileSync(file, 'x'); fs.rmSync(file); }) === 'succeeded') write.push(folder);
    const entries = attempt(() => fs.readdirSync(folder, { withFileTypes: true }));
    if (!Array.isArray(entries)) return;
    if (entries.length === 0) read.push(folder);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (attempt(() => fs.closeSync(fs.openSync(path, 'r'))) === 'succeeded') read.push(path);
    }
  };
  walk(${JSON.stringify(dir)});
  for (const folder of ['/', '/usr', '/etc', '/home', '/root', '/var', '/run'])
    if (attempt(() => { fs.writeFileSync(join(folder, '.try'), 'x'); fs.rmSync(join(folder, '.try')); }) === 'succeeded')
      write.push(folder);
  return { read, write, environment: Object.keys(process.env), inherited };`;
const EARLY = `
  const inherited = fs.readdirSync('/proc/self/fd').map((fd) => [Number(fd), attempt(() => fs.readlinkSync('/proc/self/fd/' + fd))])
    .filter(([fd, what]) => !/^anon_inode:|^ENOENT/.test(what) && !(fd > 4 && /^(pipe:|\\/dev\\/null$)/.test(what)))
    .map(([fd, what]) => fd + ' ' + what.replace(/:.*/, ''));`;

interface Seen {
  read: string[];
  write: string[];
  environment: string[];
  inherited: string[];
}

/** Paths as the list has them: of this test's folder, the files of a folder as one, without what chance made. */
function plain(paths: readonly string[]): string[] {
  const names = paths.map((path) =>
    path
      .replace(`${dir}/`, '')
      .replace(/tmp\/fedshot-stage-\w+\/inputs\/\d+\//, 'copies/')
      .replace(/(^|\/)\.([\w.]+)\.\w{6}(?=\/|$)/, '$1(place of $2)')
      .replace(/^(home\/[^/]+|store\/[^/]+|store-log|model)\/.*$/, '$1'),
  );
  return [...new Set(names)].sort();
}

const rightsOf = (seen: Seen, { network, kernel }: IsolationRecord): RightsList[string] => ({
  read: plain(seen.read),
  write: plain(seen.write),
  network,
  kernel,
  environment: [...seen.environment].sort(),
  inherits: [...seen.inherited].sort(),
});

const isolationIn = (out: string): IsolationRecord =>
  (JSON.parse(out.split('\n')[0]!) as { isolation: IsolationRecord }).isolation;

beforeAll(() => {
  if (WAYS.some((way) => possible[way])) makeWorld(dir, env('bubblewrap'));
}, 180_000);

const lines = layOut(dir);
const module = probe(LOOK, EARLY);

describe.each(WAYS)('isolated by %s', (way) => {
  const test = base.skipIf(!possible[way]);
  const options = {
    env: { ...env(way), FEDSHOT_ISOLATE: 'require' },
    cwd: join(dir, 'desk'),
    module,
  };

  test.each(['train', 'check', 'diagnose', 'adapt', 'predict', 'audit'] as const)(
    '%s has the rights of the list, and no others',
    (name) => {
      const { stdout, stderr } = fedshot(lines[name], options);
      expect(rightsOf(foundInside(stderr) as Seen, isolationIn(stdout))).toEqual(list[name]);
    },
    60_000,
  );

  test('serve and pull have the rights of the list, and no others', async () => {
    const serving = startFedshot(lines.serve, options);
    onTestFinished(() => void serving.child.kill('SIGKILL'));
    const address = await addressOf(serving.said);
    const pulled = fedshot(lines.pull(address), options);
    serving.child.kill('SIGTERM');
    await serving.ended;
    const { out, err } = serving.said;
    const pullRights = rightsOf(foundInside(pulled.stderr) as Seen, isolationIn(pulled.stdout));
    expect(rightsOf(foundInside(err) as Seen, isolationIn(out))).toEqual(list.serve);
    expect(pullRights).toEqual(list.pull);
  }, 60_000);
});

describe('docs/isolation.md', () => {
  base('prints this list', () => {
    const page = readFileSync(new URL('../../docs/isolation.md', import.meta.url), 'utf8');
    expect(page).toBe(rightsPage(list));
  });
});
