import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIo } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { pinTrust } from '../../src/client/trust/trust.js';
import type { Serving } from '../../src/provider/serve/index.js';
import { openTransparency } from '../../src/provider/transparency.js';
import { makeProvider, type TestProvider } from '../fixtures/provider.js';
import { fileDir } from '../fixtures/temp.js';

const dir = fileDir();
let provider: TestProvider;
let stranger: TestProvider;
let server: Serving;
let busy: Server;
const at = (...parts: string[]): string => join(dir, ...parts);

/** Runs a command line as a script would. @returns what it complained of, and how it ended */
async function fedshot(argv: string[], { passphrase = 'test', days = 0 } = {}) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    env: { FEDSHOT_PASSPHRASE: passphrase },
    now: () => new Date(Date.now() + days * 86_400_000),
  });
  const code = await run(argv, io);
  const lines = said.err.split('\n');
  const first = lines.findIndex((line) => line.startsWith('fedshot: '));
  return { code, complaint: lines.slice(first).join('\n') };
}

interface Case {
  argv: () => string[];
  code: number;
  line: RegExp;
  hint: RegExp;
  passphrase?: string;
  days?: number;
}

const portOf = (listener: Server): number => (listener.address() as AddressInfo).port;
const pull =
  (from: () => string, name = 'digits', home = 'site') =>
  (): string[] => [
    ...['client', 'pull', '--from', from(), '--name', name, '--home', at(home), '--isolate', 'off'],
  ];
const serve = (store: string, ...more: string[]): string[] => [
  ...['provider', 'serve', '--store', at(store), '--keys', at('keys'), '--isolate', 'off', ...more],
];
const kit = ['--address', 'localhost:1', '--out', 'kit'];
const office = () => ['--store', at('store'), '--keys', at('keys')];

const CASES: Record<string, Case> = {
  'a port where nobody listens': {
    argv: pull(() => 'localhost:1'),
    code: 8,
    line: /localhost:1: connect ECONNREFUSED/,
    hint: /check the address/,
  },
  'a port where another program listens': {
    argv: pull(() => `localhost:${portOf(busy)}`),
    code: 8,
    line: /localhost:\d+: /,
    hint: /check the address/,
  },
  'an address of the server that its certificate does not have': {
    argv: pull(() => `127.0.0.2:${server.port}`),
    code: 13,
    line: /is for another name: IP: 127.0.0.2/,
    hint: /keys rotate --role server/,
  },
  'the trust file of another provider': {
    argv: pull(() => `localhost:${server.port}`, 'digits', 'elsewhere'),
    code: 13,
    line: /certificate is not trusted/,
    hint: /the trust file is the one/,
  },
  'the trust file of another provider, with a copy of the store': {
    argv: pull(() => at('store'), 'digits', 'elsewhere'),
    code: 10,
    line: /0 of the 1 signatures/,
    hint: /not signed by the provider/,
  },
  'a release that there is not': {
    argv: pull(() => `localhost:${server.port}`, 'digit'),
    code: 7,
    line: /no release named digit/,
    hint: /it lists: digits/,
  },
  'a list of releases that has expired': {
    argv: pull(() => at('store')),
    days: 30,
    code: 15,
    line: /freshness statement expired on/,
    hint: /another source/,
  },
  'a site without a provider': {
    argv: pull(() => at('store'), 'digits', 'nobody'),
    code: 13,
    line: /has no provider pinned/,
    hint: /fedshot client init/,
  },
  'a gRPC server taken for a web server': {
    argv: pull(() => `https://localhost:${server.port}`),
    code: 8,
    line: /https:\/\/localhost/,
    hint: /HOST:PORT/,
  },
  'a wrong passphrase': {
    argv: () => ['provider', 'refresh', ...office()],
    passphrase: 'no',
    code: 13,
    line: /does not open it/,
    hint: /check the passphrase/,
  },
  'an empty passphrase': {
    argv: () => ['provider', 'refresh', ...office()],
    passphrase: '',
    code: 2,
    line: /the passphrase is empty/,
    hint: /FEDSHOT_PASSPHRASE/,
  },
  'no store': {
    argv: () => serve('nowhere'),
    code: 7,
    line: /no such store/,
    hint: /fedshot provider init/,
  },
  'a port that is taken': {
    argv: () => serve('store', '--port', String(portOf(busy))),
    code: 8,
    line: /cannot listen on 127.0.0.1:\d+/,
    hint: /choose another port/,
  },
  'no model': {
    argv: () => ['provider', 'publish', '--model', at('none'), '--name', 'digits', ...office()],
    code: 7,
    line: /no model in .*none/,
    hint: /fedshot provider train/,
  },
  'a site that is not enrolled': {
    argv: () => ['provision', 'renew', 'st-mary', ...kit, ...office()],
    code: 7,
    line: /st-mary is not enrolled/,
    hint: /fedshot provision list/,
  },
  'a kit with an address that has no port': {
    argv: () => [
      ...['provision', 'renew', 'st-mary', '--address', 'localhost', '--out', 'kit', ...office()],
    ],
    code: 2,
    line: /'localhost' is invalid. Expected HOST:PORT/,
    hint: /--help/,
  },
  'the first half of a fingerprint': {
    argv: () => [
      ...['client', 'init', '--trust', at('store/trust.json'), '--home', at('half')],
      ...['--fingerprint', 'abcd '.repeat(8)],
    ],
    code: 2,
    line: /not a fingerprint: "abcd abcd/,
    hint: /all 64 hex digits/,
  },
  'no certificate in the file of a mirror’s authority': {
    argv: () => [...pull(() => 'https://localhost:1')(), '--ca', at('store/trust.json')],
    code: 12,
    line: /trust.json: no certificate in it/,
    hint: /a PEM file/,
  },
  'no log folder': {
    argv: () => [...AUDIT('log'), '--log', at('no-log')],
    code: 20,
    line: /no such log: no-log is not there/,
    hint: /--log DIR: .*STORE-log/,
  },
  'no record': {
    argv: () => [...AUDIT('egress'), '--log', at('log'), '--record', at('none.jsonl')],
    code: 20,
    line: /no such record: none.jsonl/,
    hint: /fedshot audit record/,
  },
  'a record that cannot be written': {
    argv: () => [
      ...['audit', 'record', '--listen', '127.0.0.1:0', '--to', 'localhost:1'],
      ...['--out', at('file', 'record.jsonl')],
    ],
    code: 2,
    line: /'--out <file>'.*file is not a folder/,
    hint: /--help/,
  },
};
const AUDIT = (part: string): string[] => [
  ...['audit', part, '--store', at('store'), '--trust', at('store/trust.json')],
];

describe('what goes wrong most often', () => {
  beforeAll(async () => {
    provider = await makeProvider(dir);
    stranger = await makeProvider(join(dir, 'stranger'));
    await provider.publish('digits', { F: 4000, B: 400, C: 200 });
    provider.home('site');
    pinTrust({ file: stranger.trustFile, home: at('elsewhere') });
    writeFileSync(at('file'), '');
    const { store, keyring } = provider;
    const now = (): Date => new Date();
    const transparency = await openTransparency({ store, keyring, dir: at('log'), now });
    server = await provider.serve({ host: '0.0.0.0', transparency });
    busy = createServer((socket) => socket.end('220 mail.example.org\r\n'));
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    busy.close();
    await server.close();
  });

  it.each(Object.entries(CASES))(
    '%s: one line, a code of its own, and what to do next',
    async (_, { argv, code, line, hint, ...how }) => {
      const { code: ended, complaint } = await fedshot(argv(), how);
      const [first = '', second = '', ...more] = complaint.split('\n');
      expect(first).toMatch(line);
      expect(second.replace(/^ {2}→ /, '')).toMatch(hint);
      expect(more.join('')).toBe('');
      expect(ended).toBe(code);
    },
    60_000,
  );
});
