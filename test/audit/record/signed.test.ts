import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { createServer, connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordClaim } from '../../../src/audit/record/claim.js';
import { readRecording, type Recorder } from '../../../src/audit/record/index.js';
import { openOwnKey } from '../../../src/shared/release/index.js';
import { entriesOf, isConnection, record, RECORDER, recordEntries } from '../../fixtures/record.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith, signer } from '../../fixtures/world.js';

const visit = ({ port }: Recorder): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end('hello'));
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.once('close', () => resolve());
  });

let honest: string;
const port = { echo: 0 };
beforeAll(async () => {
  const echo = createServer((socket) => socket.pipe(socket).on('error', () => undefined));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  port.echo = (echo.address() as AddressInfo).port;
  const dir = mkdtempSync(join(tmpdir(), 'fedshot-record-'));
  honest = join(dir, 'record.jsonl');
  await visits(honest, 4);
  return () => {
    echo.close();
    rmSync(dir, { recursive: true });
  };
});

async function visits(file: string, count: number, key = RECORDER): Promise<void> {
  const to = { host: '127.0.0.1', port: port.echo };
  const recorder = await record(port.echo, file, { to, key });
  for (let i = 0; i < count; i++) await visit(recorder);
  await recorder.close();
}

function copy(): string {
  const file = join(tempDir(), 'record.jsonl');
  copyFileSync(honest, file);
  return file;
}
const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const write = (file: string, lines: readonly string[]): void =>
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
const judge = (file: string, pinned?: string) => recordClaim([readRecording(file)], pinned);

describe('a record that is signed', () => {
  it('passes as it was written; with the key pinned, by its id or as it is', () => {
    expect(judge(honest)).toMatchObject({ verdict: 'PASS', findings: [] });
    expect(judge(honest, RECORDER.keyid).verdict).toBe('PASS');
    expect(judge(honest, Buffer.from(RECORDER.publicKey).toString('hex')).verdict).toBe('PASS');
  });

  const replace = (from: RegExp, to: string) => (lines: string[]) =>
    lines.map((line) => line.replace(from, to));
  const swap = (i: number, j: number) => (lines: string[]) =>
    lines.map((line, at) => (at === i ? lines[j]! : at === j ? lines[i]! : line));
  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a time dated back', replace(/"opened":"20/, '"opened":"19'), /line 2: changed since/],
    ['the time of an end', replace(/"closed":"20/, '"closed":"21'), /line 2: changed since/],
    ['another provider', replace(/"to":"[^"]*"/, '"to":"10.0.0.1:7443"'), /line 1: changed since/],
    ['another listener', replace(/"listen":"[^"]*"/, '"listen":"x:1"'), /line 1: changed since/],
    ['another start', replace(/"started":"20/, '"started":"19'), /line 1: changed since/],
    ['another version', replace(/fedshot test/, 'fedshot 9.9.9'), /line 1: changed since/],
    ['another site', replace(/"from":"127.0.0.1/, '"from":"10.9.8.7'), /line 2: changed since/],
    ['fewer bytes', replace(/"bytes":5/, '"bytes":4'), /line 2: changed since/],
    ['the mark at the end', replace(/"recorded":4/, '"recorded":3'), /changed since/],
    ['a line less', (lines) => lines.filter((_, i) => i !== 2), /line 3: lines before it were/],
    [
      'the first connection less',
      (lines) => lines.filter((_, i) => i !== 1),
      /line 2: lines before/,
    ],
    [
      'a line twice',
      (lines) => [...lines.slice(0, 2), lines[1]!, ...lines.slice(2)],
      /line 3: lines/,
    ],
    ['two lines the other way round', swap(1, 2), /line 2: lines before it were removed, added/],
    ['the head less', (lines) => lines.slice(1), /what is signed begins with a head/],
    [
      'a line of nobody',
      (lines) => [lines[0]!, '{"connection":9}', ...lines.slice(1)],
      /line 2: ch/,
    ],
    [
      'a signature of another line',
      (lines) => {
        const signature = /"signature":"[^"]*"/;
        return [
          ...lines.slice(0, 2),
          lines[2]!.replace(signature, signature.exec(lines[1]!)![0]),
          ...lines.slice(3),
        ];
      },
      /line 3: changed since/,
    ],
    [
      'white space',
      (lines) => [lines[0]!.replace(',', ' ,'), ...lines.slice(1)],
      /line 1: changed/,
    ],
  ])('%s: fails, by name', (_, change, words) => {
    const file = copy();
    write(file, change(linesOf(file)));
    let found: string;
    try {
      const { verdict, findings } = judge(file);
      expect(verdict).toBe('FAIL');
      found = findings.join('\n');
    } catch (error) {
      found = `${(error as Error).message}: what is signed begins with a head`;
    }
    expect(found).toMatch(words);
  });

  it('signed again with another key: consistent with itself, and not the one that is pinned', () => {
    const file = copy();
    const entries = entriesOf(file).map((entry) =>
      isConnection(entry) ? { ...entry, from: '10.9.8.7:1' } : entry,
    );
    const forger = signer('forger');
    const key = Buffer.from(forger.publicKey).toString('hex');
    recordEntries(file, [{ ...entries[0]!, key }, ...entries.slice(1)], forger);
    expect(judge(file)).toMatchObject({
      verdict: 'PASS',
      claim: expect.stringContaining('whose it is, is not known') as string,
    });
    expect(judge(file, RECORDER.keyid)).toMatchObject({
      verdict: 'FAIL',
      findings: [expect.stringContaining('which is not the pinned one')],
    });
  });

  it('without its end it is incomplete: more may have been written', () => {
    const file = copy();
    const upToLastConnection = linesOf(file).findLastIndex((line) => line.includes('"sent"')) + 1;
    write(file, linesOf(file).slice(0, upToLastConnection));
    expect(judge(file)).toMatchObject({
      verdict: 'NOT CHECKED',
      missing: [expect.stringContaining('ends without a mark')],
    });
  });

  it('cut off in the middle of a line it fails', () => {
    const file = copy();
    truncateSync(file, statSync(file).size - 10);
    expect(judge(file).findings.join()).toMatch(/it has no end/);
  });

  it('goes on where it stopped: two runs are one chain, and the gap is named', async () => {
    const file = copy();
    await visits(file, 1);
    const { verdict, notCovered } = judge(file, RECORDER.keyid);
    expect(verdict).toBe('PASS');
    expect(notCovered.join('\n')).toContain('the recorder did not run');
    expect(readRecording(file).connections).toHaveLength(5);
  });

  it('what a power cut tore is cut off when the recorder starts again', async () => {
    const file = copy();
    appendFileSync(file, '{"connection":4,"fr');
    await visits(file, 1);
    expect(judge(file, RECORDER.keyid).verdict).toBe('PASS');
  });

  it('another recorder that goes on with it is named', async () => {
    const file = copy();
    await visits(file, 1, signer('other'));
    expect(judge(file).findings.join()).toMatch(/another recorder goes on from here/);
  });

  it('a file of something else is not written to', async () => {
    const file = join(tempDir(), 'notes.txt');
    writeFileSync(file, 'my notes\n');
    await expect(visits(file, 0)).rejects.toEqual(failsWith('format'));
    expect(readFileSync(file, 'utf8')).toBe('my notes\n');
  });

  it('says what was under way when it ended', async () => {
    const file = join(tempDir(), 'record.jsonl');
    const limits = { markMs: 1 };
    const to = { host: '127.0.0.1', port: port.echo };
    const recorder = await record(port.echo, file, { to, limits });
    const socket = connect(recorder.port, '127.0.0.1').on('error', () => undefined);
    await expect.poll(() => readRecording(file).open).toHaveLength(1);
    await recorder.close();
    socket.destroy();
    expect(readRecording(file)).toMatchObject({ open: [], ended: true });
  });
});

describe('a record of fedshot 0.1', () => {
  const old = (file: string): void => {
    const [, ...entries] = entriesOf(honest).filter((entry) => !('mark' in entry));
    const head = { fedshotRecord: 1, to: 'localhost:7443', started: '2026-01-01T00:00:00.000Z' };
    write(
      file,
      [head, ...entries].map((entry) => JSON.stringify(entry)),
    );
  };

  it('is read, and incomplete: nobody signed it; with a pinned key it fails', () => {
    const file = join(tempDir(), 'old.jsonl');
    old(file);
    expect(readRecording(file).connections).toHaveLength(4);
    expect(judge(file)).toMatchObject({
      verdict: 'NOT CHECKED',
      missing: [expect.stringContaining('unsigned record')],
    });
    expect(judge(file, RECORDER.keyid).verdict).toBe('FAIL');
  });

  it('can be gone on with: what comes is signed, and what was stays as it was then', async () => {
    const file = join(tempDir(), 'old.jsonl');
    old(file);
    await visits(file, 1);
    expect(judge(file)).toMatchObject({ verdict: 'NOT CHECKED', findings: [] });
    expect(readRecording(file)).toMatchObject({ unsigned: 5, keyids: [RECORDER.keyid] });
    write(
      file,
      linesOf(file).filter((_, i) => i !== 1),
    );
    expect(judge(file).findings.join()).toMatch(/lines before it were removed/);
  });
});

describe('the key of a recorder', () => {
  const options = { role: 'recorder', now: new Date('2026-11-23T09:00:00Z') } as const;

  it('is made once, for nobody else to read, and signs', async () => {
    const file = join(tempDir(), 'deep/recorder.key');
    const first = await openOwnKey(file, options);
    const again = await openOwnKey(file, options);
    expect([first.created, again.created, again.keyid]).toEqual([true, false, first.keyid]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const record = join(tempDir(), 'record.jsonl');
    await visits(record, 1, again);
    expect(judge(record, first.keyid).verdict).toBe('PASS');
  });

  it('that others may read, of another role, or changed, is refused', async () => {
    const file = join(tempDir(), 'recorder.key');
    await openOwnKey(file, options);
    await expect(openOwnKey(file, { ...options, role: 'auditor' })).rejects.toEqual(
      failsWith('trust'),
    );
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/"seed": "(.)/, (_, digit) => `"seed": "${digit === '0' ? '1' : '0'}`),
    );
    await expect(openOwnKey(file, options)).rejects.toEqual(failsWith('trust'));
    writeFileSync(file, text);
    chmodSync(file, 0o640);
    await expect(openOwnKey(file, options)).rejects.toEqual(failsWith('trust'));
  });
});
