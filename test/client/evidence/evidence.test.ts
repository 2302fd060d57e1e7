import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVIDENCE_FILE, findPrivate, openEvidence } from '../../../src/shared/evidence/index.js';
import { handing, PRIVATE, RUN } from '../../fixtures/handed.js';
import { failsWith } from '../../fixtures/world.js';
import { writeOld } from '../../fixtures/old-home.js';

const one = handing();
const filesOf = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
const indexOf = (dir: string) => openEvidence(readFileSync(join(dir, EVIDENCE_FILE)), dir).index;

describe('what a site hands over', () => {
  it('is this and nothing else, for the owner alone', () => {
    expect(filesOf(one.folder)).toEqual([
      'current/digits.json',
      EVIDENCE_FILE,
      'releases/digits/1/manifest.json',
      'releases/digits/current.json',
      `runs/${RUN}/C.safetensors`,
      `runs/${RUN}/isolation.json`,
      `runs/${RUN}/record.json`,
      'trust/state.json',
    ]);
    for (const path of filesOf(one.folder))
      expect(statSync(join(one.folder, path)).mode & 0o777).toBe(0o600);
  });

  it('holds no picture, figure, file name or key of the site, in any file', () => {
    const home = filesOf(one.home).map((path) =>
      readFileSync(join(one.home, path)).toString('latin1'),
    );
    const seed = (
      JSON.parse(readFileSync(join(one.home, 'identity/evidence-key.json'), 'utf8')) as {
        secret: { seed: string };
      }
    ).secret.seed;
    const needles = [...PRIVATE, 'c2VjcmV0LW9mLXRoZS1zaXRl', 'PRIVATE KEY', 'images', seed];
    for (const needle of needles) {
      expect(
        home.some((text) => text.includes(needle)),
        needle,
      ).toBe(true); // it is there to be found
      for (const path of filesOf(one.folder))
        expect(readFileSync(join(one.folder, path)).includes(needle), `${path} ${needle}`).toBe(
          false,
        );
    }
    expect(findPrivate(one.folder)).toBeUndefined();
    expect(findPrivate(one.home)).toBeDefined();
  });

  it('is indexed with what stays; what is private by its name alone', () => {
    const { stays, files, unknown, gone } = indexOf(one.folder);
    const digests = new Map(stays.map(({ path, sha256 }) => [path, sha256]));
    const record = JSON.parse(
      readFileSync(join(one.folder, `runs/${RUN}/record.json`), 'utf8'),
    ) as { files: Record<string, string>; record: string };
    for (const name of ['F.safetensors', 'B.safetensors', 'model.json'])
      expect(digests.get(`runs/${RUN}/${name}`)).toBe(record.files[name]);
    for (const path of ['identity/site-key.pem', `runs/${RUN}/samples.json`])
      expect(digests.get(path)).toBeNull();
    expect(digests.has('releases/digits/1/F.safetensors')).toBe(true);
    expect(files.map(({ path }) => path)).toEqual(
      filesOf(one.folder).filter((path) => path !== EVIDENCE_FILE),
    );
    expect([unknown, gone]).toEqual([[], []]);
  });

  it('is signed by a key that is made once, mode 0600, and is used again', async () => {
    const { key } = one.evidence;
    expect(key.created).toBe(true);
    expect(statSync(key.file).mode & 0o777).toBe(0o600);
    const again = await one.hand(one.home);
    expect(again.key).toEqual({ ...key, created: false });
  });

  it('with --key is signed by that, and nothing is written into the home', async () => {
    const home = one.copyOf(one.home);
    rmSync(join(home, 'identity'), { recursive: true });
    const file = join(one.next(), 'key.json');
    const { key } = await one.hand(home, undefined, { key: file });
    expect(key.file).toBe(file);
    expect(existsSync(join(home, 'identity'))).toBe(false);
  });

  it('of one release has the other’s digests alone', async () => {
    await expect(one.hand(one.home, undefined, { name: 'letters' })).rejects.toEqual(
      failsWith('not-found'),
    );
    const home = one.copyOf(one.home);
    writeOld(home, { name: 'letters' });
    const { out } = await one.hand(home, undefined, { name: 'digits' });
    expect(filesOf(out).filter((path) => path.includes('letters'))).toEqual([]);
    expect(indexOf(out).stays.filter(({ path }) => path.includes('letters'))).toHaveLength(6);
  });

  it('of what version 0.1 has left is the record without its pictures', async () => {
    const home = one.copyOf(one.home);
    writeOld(home, { name: 'letters' });
    const { out } = await one.hand(home);
    expect(filesOf(out).filter((path) => path.startsWith('adapted'))).toEqual([
      'adapted/letters/C.safetensors',
      'adapted/letters/isolation.json',
      'adapted/letters/record.json',
    ]);
    const record = readFileSync(join(out, 'adapted/letters/record.json'), 'utf8');
    expect(record).not.toContain('images');
    expect(record).not.toContain('few samples');
  });

  it('names files that fedshot has not put there, links as well', async () => {
    const home = one.copyOf(one.home);
    mkdirSync(join(home, 'exfil'));
    writeFileSync(join(home, 'exfil/patients.csv'), 'age\n71\n');
    writeFileSync(join(home, `runs/${RUN}/answers.csv`), '3\n');
    writeFileSync(join(home, `runs/${RUN}/model.json.bak`), '3\n');
    symlinkSync('/etc/hostname', join(home, 'trust/host'));
    const { out, unknown } = await one.hand(home);
    expect(unknown.sort()).toEqual([
      'exfil/patients.csv',
      `runs/${RUN}/answers.csv`,
      `runs/${RUN}/model.json.bak`,
      'trust/host',
    ]);
    expect(
      indexOf(out)
        .unknown.map(({ path }) => path)
        .sort(),
    ).toEqual(unknown.sort());
    expect(filesOf(out)).not.toContain('exfil/patients.csv');
  });

  it('says which run was in use once and is gone', async () => {
    const home = one.copyOf(one.home);
    const file = join(home, 'current/digits.json');
    const pointer = JSON.parse(readFileSync(file, 'utf8')) as { history: object[] };
    const gone = '20260101T000000000Z-000000';
    const entry = { run: gone, record: '0'.repeat(64), at: '2026-01-01T00:00:00Z', forced: false };
    writeFileSync(file, JSON.stringify({ ...pointer, history: [entry] }));
    expect((await one.hand(home)).gone).toEqual([gone]);
  });
});

const flip = (file: string): void => {
  const bytes = readFileSync(file);
  bytes[bytes.length - 2]! ^= 1;
  writeFileSync(file, bytes);
};

describe('what is not signed, and named', () => {
  const run = (name: string): string => `runs/${RUN}/${name}`;
  const cases: [string, string, (file: string) => void][] = [
    ['F of a run changed', run('F.safetensors'), flip],
    ['B of a run changed', run('B.safetensors'), flip],
    ['C of a run changed', run('C.safetensors'), flip],
    ['model.json of a run longer', run('model.json'), (file) => appendFileSync(file, ' ')],
    ['F of a run deleted', run('F.safetensors'), rmSync],
    ['B of a run empty', run('B.safetensors'), (file) => writeFileSync(file, '')],
    [
      'mounts cut from isolation.json',
      run('isolation.json'),
      (file) => {
        const { mounts: _mounts, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as {
          mounts: unknown;
        };
        writeFileSync(file, JSON.stringify(rest));
      },
    ],
    ['isolation.json deleted', run('isolation.json'), rmSync],
    [
      'n = 99999 in record.json',
      run('record.json'),
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"n":120', '"n":99999')),
    ],
    ['the record of the run in use deleted', run('record.json'), rmSync],
    ['F of the pulled release changed', 'releases/digits/1/F.safetensors', flip],
    ['C of the pulled release deleted', 'releases/digits/1/C.safetensors', rmSync],
    [
      'the pulled manifest changed',
      'releases/digits/1/manifest.json',
      (file) => {
        const envelope = JSON.parse(readFileSync(file, 'utf8')) as { signatures: object[] };
        writeFileSync(file, JSON.stringify({ ...envelope, signatures: [] }));
      },
    ],
    ['pictures of a run exchanged', run('samples.json'), flip],
  ];
  it.each(cases)('%s', async (_, path, change) => {
    const home = one.copyOf(one.home);
    change(join(home, path));
    const out = one.next();
    await expect(one.hand(home, out)).rejects.toMatchObject({
      code: 'digest',
      message: expect.stringContaining(join(home, path)) as string,
    });
    expect(existsSync(out)).toBe(false);
  });

  it('nor is a run in use whose whole folder is gone', async () => {
    const home = one.copyOf(one.home);
    rmSync(join(home, 'runs', RUN), { recursive: true });
    await expect(one.hand(home)).rejects.toMatchObject({
      code: 'digest',
      message: expect.stringContaining(RUN) as string,
    });
  });

  it('but pictures may have been removed', async () => {
    const home = one.copyOf(one.home);
    rmSync(join(home, run('samples.json')));
    expect((await one.hand(home)).files).toBe(one.evidence.files);
  });

  it('nothing that holds pictures is written under a name that goes along', async () => {
    const home = one.copyOf(one.home);
    mkdirSync(join(home, 'evidence'));
    const file = 'evidence/log-0123456789abcdef.json';
    writeFileSync(join(home, file), JSON.stringify({ seen: Array.from({ length: 784 }, () => 7) }));
    const out = one.next();
    await expect(one.hand(home, out)).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining(file) as string,
    });
    expect(existsSync(out)).toBe(false);
  });

  it('nor is anything written into the home, or over a folder that is there', async () => {
    const home = one.copyOf(one.home);
    await expect(one.hand(home, join(home, 'out'))).rejects.toEqual(failsWith('usage'));
    await expect(one.hand(home, one.folder)).rejects.toEqual(failsWith('io'));
    await expect(one.hand(one.base, one.next())).rejects.toEqual(failsWith('not-found'));
  });
});
