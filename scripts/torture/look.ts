/** What a person would see of a state, as one line: the same states give the same line. */
import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { inProcess } from './command.js';
import { PULL, WASM, type Place } from './world.js';

type Json = Readonly<Record<string, unknown>>;

/** The command's JSON; of a refusal its code. */
async function answer(words: readonly string[]): Promise<{ code: number; json: Json }> {
  const { code, out } = await inProcess([...words, '--json']);
  const line = out.trim().split('\n').at(-1) ?? '';
  return { code, json: line.startsWith('{') ? (JSON.parse(line) as Json) : {} };
}

const refusal = (json: Json): string =>
  `refused: ${(json.error as { code: string } | undefined)?.code ?? 'without a reason'}`;

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** The release that a site gets which pinned the very first root. */
export async function pulled(at: Place, source = at.at('store'), from = 'other'): Promise<string> {
  const home = at.at('look');
  rmSync(home, { recursive: true, force: true });
  cpSync(at.at(from), home, { recursive: true });
  const words = PULL(at, 'look').map((word) => (word === at.at('store') ? source : word));
  const { code, json } = await answer(words.slice(0, -1));
  rmSync(home, { recursive: true, force: true });
  if (code !== 0) return refusal(json);
  const { version, digest: of } = json.release as { version: number; digest: string };
  // A release's digest covers the time of its signing: which model it is, its version tells.
  return `release ${version}${of ? '' : ' without a digest'}`;
}

/** What a killed command leaves in a store until the next one tidies up; nothing serves such a file. */
const LEFT =
  /(\.[^/ ]+\.[0-9a-f]{12}\.tmp|^objects\/\S+): (belongs to no signed release|a folder that nothing needs)$/;

/** The audit of what the store holds. */
export async function audited(at: Place): Promise<string> {
  const trust = at.at('store', 'trust.json');
  const words = ['audit', 'release', '--store', at.at('store'), '--trust', trust];
  const { json } = await answer(words);
  const claims = (json.claims ?? []) as { findings: string[] }[];
  const findings = claims.flatMap((claim) => claim.findings);
  const rest = findings.filter((one) => !LEFT.test(one) && !/^and \d+ more$/.test(one));
  // A copy for an audit of the store alone lacks what other parts need: nothing is wrong with it.
  if (rest.length === 0 && claims.length > 0) return 'audit PASS ';
  return `audit ${String(json.verdict)} ${rest.join('; ')}`;
}

export const store = async (at: Place): Promise<string> =>
  [await pulled(at), await audited(at)].join(', ');

/** Roles with the number of their keys, and whether the keys that sign are at hand. */
export async function keys(at: Place, dir = 'store', of = `${dir}-keys`): Promise<string> {
  if (!existsSync(at.at(dir))) return 'none';
  const where = ['--store', at.at(dir), '--keys', at.at(of)];
  const { code, json } = await answer(['keys', 'show', ...where]);
  if (code !== 0) return refusal(json);
  const refresh = await answer(['provider', 'refresh', ...where]);
  return refresh.code === 0 ? 'keys that sign' : `cannot refresh, ${refusal(refresh.json)}`;
}

/** Each enrolled site with its certificates: how many are valid, how many revoked. */
export async function sites(at: Place): Promise<string> {
  const { code, json } = await answer(['provision', 'list', '--store', at.at('store')]);
  if (code !== 0) return refusal(json);
  const list = (json.sites ?? []) as { site: string; status: string }[];
  const names = [...new Set(list.map(({ site }) => site))].sort();
  const count = (name: string, status: string): number =>
    list.filter((one) => one.site === name && one.status === status).length;
  return names
    .map((name) => `${name} ${count(name, 'valid')} valid ${count(name, 'revoked')} revoked`)
    .join(', ');
}

/** What a model's folder holds: the weights, by what they answer. */
export async function model(at: Place, dir: string): Promise<string> {
  const data = `csv:${at.at('site.csv')}#label=label`;
  const words = ['provider', 'check', '--model', at.at(dir), '--data', data, ...WASM];
  const { json } = await answer(words);
  if (json.error) return refusal(json);
  return `model ${digest([json.accuracy, json.confusion])}`;
}

/** What a site answers with the model that it has in use. */
export async function predictions(at: Place, home = 'home', ...more: string[]): Promise<string> {
  const data = `csv:${at.at('site.csv')}#label=label`;
  const words = ['client', 'predict', '--home', at.at(home), '--name', 'digits', '--data', data];
  const { code, json } = await answer([...words, ...WASM, ...more]);
  return code === 0 ? `answers ${digest(json.predictions)}` : refusal(json);
}

/** The paths of a state, with what is random in them made the same. */
export function paths({ dir }: Place): Set<string> {
  const found = readdirSync(dir, { recursive: true, withFileTypes: true });
  return new Set(
    found.map((entry) =>
      relative(dir, `${entry.parentPath}/${entry.name}`)
        .replace(/[0-9a-f]{8,}/g, '#')
        .replace(/Z-[0-9a-f]{6}/g, 'Z-#')
        .replace(/(T\d\d-\d\d-\d\dZ)-\d+/g, '$1')
        .replace(/\d+/g, '0'),
    ),
  );
}

const isLock = (name: string): boolean => name === 'lock' || name.endsWith('.lock');

/** A digest of all names, rights and contents; a lock's file counts by its name, since it tells its last owner. */
export function everyByte({ dir }: Place): string {
  const hash = createHash('sha256');
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const files = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }));
  for (const { entry, path } of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${relative(dir, path)}\0${lstatSync(path).mode}\0`);
    if (entry.isSymbolicLink()) hash.update(readlinkSync(path));
    else if (entry.isFile() && !isLock(entry.name))
      hash.update(createHash('sha256').update(readFileSync(path)).digest());
  }
  return hash.digest('hex');
}
