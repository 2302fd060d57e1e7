import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { VerdictOutcome } from '../../../src/client/diagnostics/index.js';
import { createIo } from '../../../src/cli/io.js';
import { createProgram } from '../../../src/cli/program.js';
import { run } from '../../../src/cli/run.js';
import { withoutFolders } from '../../../src/client/adaptation/settings.js';
import { script } from '../../fixtures/scripted-battery.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
vi.mock('../../../src/client/diagnostics/judge.js', async (original) =>
  (await import('../../fixtures/scripted-battery.js')).scriptedJudge(await original()),
);
vi.mock('../../../src/client/pull/releases.js', async () =>
  (await import('../../fixtures/scripted-battery.js')).tinyReleases(),
);

async function client(site: string, command: string, ...more: string[]) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    // a process that has these settings is not started anew with them
    env: { GLIBC_TUNABLES: 'glibc.malloc.tcache_max=24' },
  });
  const home = join(dir, site);
  mkdirSync(join(home, 'trust'), { recursive: true });
  return { code: await run(['client', command, ...more, '--home', home], io), home, ...said };
}
const OFF = ['--isolate', 'off', '--engine', 'wasm'];
const DIGITS = ['--name', 'digits', '--data', 'digits:thick?n=40', ...OFF];
const adapt = (site: string, ...more: string[]) =>
  client(site, 'adapt', ...DIGITS, '--epochs', '1', ...more);
const predict = (site: string, ...more: string[]) => client(site, 'predict', ...DIGITS, ...more);
const runsOf = async (site: string) => {
  const { out } = await client(site, 'runs', '--json');
  return (JSON.parse(out) as { runs: { run: string; inUse: boolean; verdict: string }[] }).runs;
};

beforeEach(() => {
  script.says = 'ok';
  delete script.data;
  script.version = 1;
});

describe('the exit code', () => {
  it.each([
    ['ok', 0],
    ['warn', 0],
    ['refuse', 21],
    ['rolled back', 22],
    ['undecided', 23],
  ] as [VerdictOutcome, number][])(
    'of adapt and diagnose with the verdict "%s" is %i',
    async (outcome, code) => {
      script.says = outcome;
      const adapted = await adapt(`code ${outcome}`);
      expect(adapted.code, adapted.err).toBe(code);
      expect(adapted.out).toContain(`verdict: ${outcome}`); // printed before it is thrown
      expect(adapted.out).toContain(code === 0 ? 'in use now' : 'not used; what was in use stays');
      const json = await adapt(`code ${outcome}`, '--json');
      expect(json.code).toBe(code);
      expect(JSON.parse(json.out)).toMatchObject({ run: { inUse: code === 0 } });
      script.data = outcome;
      const diagnosed = await client('d', 'diagnose', ...DIGITS);
      expect(diagnosed.code).toBe(code);
      expect(diagnosed.out).toContain('verdict: ');
      const forced = await adapt(`code ${outcome}`, '--force');
      expect(forced.code).toBe(0);
    },
  );
});

describe('client runs, use, rollback', () => {
  it('show what there is, what is in use, and move it', async () => {
    const site = 'moves';
    expect((await client(site, 'runs')).out).toContain('no runs');
    await adapt(site, '--run-name', 'first one');
    await adapt(site, '--seed', '1');
    script.says = 'rolled back';
    await adapt(site, '--seed', '2');
    const [first, second, third] = await runsOf(site);
    expect([first, second, third].map((one) => one!.inUse)).toEqual([false, true, false]);
    const { out } = await client(site, 'runs');
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^\S+ +digits 1 +first one +shot +40 +ok +kept$/);
    expect(lines[2]).toMatch(/^\S+ +yes +digits 1/);
    expect(lines[3]).toMatch(/rolled back, not accepted/);

    const used = await client(site, 'use', 'first one');
    expect([used.code, used.out]).toEqual([
      0,
      `digits: run ${first!.run} is in use now, adapted from version 1, verdict ok\n`,
    ]);
    expect((await client(site, 'use', third!.run)).code).toBe(22);
    expect((await client(site, 'use', third!.run, '--name', 'faces')).code).toBe(2);
    expect((await client(site, 'use', 'nothing')).code).toBe(7);
    const back = await client(site, 'rollback', '--name', 'digits', '--json');
    expect(JSON.parse(back.out)).toMatchObject({ name: 'digits', inUse: { run: second!.run } });
    for (const said of [`run ${first!.run} is in use`, 'the released model is in use now'])
      expect((await client(site, 'rollback', '--name', 'digits')).out).toContain(said);
    const last = await client(site, 'rollback', '--name', 'digits');
    expect([last.code, last.err]).toEqual([
      7,
      expect.stringContaining('nothing to undo') as string,
    ]);
  });

  it('refuse a folder that is no site’s, and leave nothing there', async () => {
    const elsewhere = join(dir, 'elsewhere');
    mkdirSync(elsewhere);
    for (const words of [['runs'], ['use', 'x'], ['rollback', '--name', 'digits']]) {
      const said = { err: '' };
      const io = createIo({
        stdout: { write: () => true },
        stderr: { write: (text) => Boolean((said.err += String(text))) },
        signal: new AbortController().signal,
        env: {},
      });
      expect(await run(['client', ...words, '--home', elsewhere], io)).toBe(7);
      expect(said.err).toContain('not the home of a site');
    }
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('name a damaged run and go on with the others; a damaged pointer is one clear line', async () => {
    const site = 'damaged';
    await adapt(site);
    await adapt(site, '--seed', '1');
    const [first, second] = await runsOf(site);
    const { home } = await client(site, 'runs');
    writeFileSync(join(home, 'runs', first!.run, 'record.json'), '{}');
    const { out } = await client(site, 'runs');
    expect(out).toContain('damaged');
    expect(out).toContain(second!.run);
    writeFileSync(join(home, 'runs', second!.run, 'record.json'), '{}');
    const changed = await predict(site);
    expect(changed.code).toBe(11);
    expect(changed.err).toContain(join(home, 'runs', second!.run, 'record.json'));
    writeFileSync(join(home, 'current/digits.json'), '{}');
    for (const { code, err } of [
      await predict(site),
      await adapt(site),
      await client(site, 'diagnose', ...DIGITS),
      await client(site, 'rollback', '--name', 'digits'),
    ]) {
      expect(code).toBe(12);
      expect(err).toContain(join(home, 'current/digits.json'));
      expect(err).not.toContain('defect');
    }
  });
});

describe('client predict', () => {
  it('says on standard error and in the JSON which run has answered, and leaves the rows as they are', async () => {
    const site = 'who';
    await adapt(site, '--run-name', 'mine');
    const id = (await runsOf(site))[0]?.run ?? '';
    const { out, err } = await predict(site);
    expect(err).toContain(
      `answered by run ${id} (mine), adapted from digits version 1, verdict ok`,
    );
    expect(out.split('\n')[0]).toBe(
      `index,class,${Array.from({ length: 10 }, (_, k) => `p(${k})`).join(',')}`,
    );
    const json = JSON.parse((await predict(site, '--json')).out) as { model: unknown };
    expect(json.model).toMatchObject({
      run: id,
      runName: 'mine',
      verdict: 'ok',
      release: { name: 'digits', version: 1, digest: '1'.repeat(64) },
    });
    const source = await predict(site, '--source-model', '--json');
    expect(JSON.parse(source.out)).toMatchObject({ model: { run: null, release: { version: 1 } } });
    const byName = await predict(site, '--run', 'mine');
    expect(byName.out).toBe(out);
    expect((await predict(site, '--run', 'mine', '--source-model')).code).toBe(2);
    expect((await predict(site, '--run', 'other')).code).toBe(7);
  });

  it('warns where a newer release was pulled since, and not before', async () => {
    const site = 'newer';
    const { home } = await adapt(site);
    const pulled = (n: number) => {
      mkdirSync(join(home, 'releases/digits'), { recursive: true });
      const pointer = { version: n, digest: String(n).repeat(64) };
      writeFileSync(join(home, 'releases/digits/current.json'), JSON.stringify(pointer));
    };
    pulled(1);
    expect((await predict(site)).err).not.toContain('has been pulled');
    pulled(2);
    const { code, err } = await predict(site);
    expect(code).toBe(0);
    expect(err).toContain('version 2 of digits has been pulled, and this run is of version 1');
    const json = JSON.parse((await predict(site, '--json')).out) as { model: object };
    expect(json.model).toMatchObject({ newerVersion: 2, release: { version: 1 } });
    script.version = 2;
    await adapt(site);
    expect((await predict(site)).err).not.toContain('has been pulled');
  });
});

describe('client adapt --report', () => {
  it('shows no local path, keeps the page and the pictures to the owner, and knows of no labels', async () => {
    const secret = join(dir, 'ward 7');
    mkdirSync(secret);
    const file = join(secret, 'scans.safetensors');
    const { serializeSafetensors } = await import('../../../src/shared/format/safetensors.js');
    const x = new Float32Array(40 * 784).map((_, i) => ((i * 7919) % 101) / 101);
    const data = new Uint8Array(x.buffer);
    writeFileSync(
      file,
      serializeSafetensors([['x', { dtype: 'F32', shape: [40, 1, 28, 28], data }]]),
    );
    const page = join(dir, 'page.html');
    const where = ['--name', 'digits', '--data', `safetensors:${file}`, '--epochs', '1', ...OFF];
    const { code, err, home } = await client('report', 'adapt', ...where, '--report', page);
    expect(code, err).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(withoutFolders(`csv:${file},/b/c.csv?label=y&test=/d/e.csv&more=%2Fhome%2Ff`)).toBe(
      'csv:scans.safetensors,c.csv?label=y&test=e.csv&more=f',
    );
    expect(withoutFolders('digits:thick?n=40')).toBe('digits:thick?n=40');
    expect(html).not.toContain(dir);
    expect(html).not.toContain('ward 7');
    expect(html).toContain('safetensors:scans.safetensors');
    expect(html).toContain('no labels');
    expect(html).not.toContain('labelled data');
    expect(statSync(page).mode & 0o777).toBe(0o600);
    const id = (await runsOf('report'))[0]?.run ?? '';
    expect(statSync(join(home, 'runs', id, 'samples.json')).mode & 0o777).toBe(0o600);
  });
});

describe('the options of all commands', () => {
  it('have no path of this machine as a default', () => {
    const io = createIo({
      stdout: { write: () => true },
      stderr: { write: () => true },
      signal: new AbortController().signal,
      env: {},
    });
    const all = (of: Command): Command[] => [of, ...of.commands.flatMap(all)];
    const defaults = all(createProgram(io)).flatMap((one) =>
      one.options.map(({ defaultValue }) => defaultValue as unknown),
    );
    const texts = defaults.filter((value) => typeof value === 'string');
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((text) => isAbsolute(text))).toEqual([]);
  });
});
