/**
 * `npm run torture [-- --only WORDS] [--step N] [--kinds kill,torn,EIO,ENOSPC] [--without pairs|faults]
 * [--rounds N] [--width N] [--in-process] [--json FILE]`: breaks every state-changing command off at each of its disk
 * operations, and runs those at the same time that can meet. Ends with 1 when anything was found.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../src/shared/files.js';
import { casesOf, withCourse, type Case } from './break.js';
import { FAULT_KINDS } from './command.js';
import { PAIRS, type Meeting } from './pairs.js';
import { openPool } from './pool.js';
import { SCENARIOS } from './scenarios/index.js';
import { summaryOf, type Summary } from './summary.js';
import { makeWorld } from './world.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    step: { type: 'string', default: '1' },
    kinds: { type: 'string', default: FAULT_KINDS.join(',') },
    width: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '6' },
    without: { type: 'string', default: '' },
    'in-process': { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const kinds = FAULT_KINDS.filter((kind) => values.kinds.split(',').includes(kind));
const step = Number(values.step);
const chosen = (name: string): boolean =>
  !values.only || values.only.split(';').some((words) => name.includes(words));
const chosenOf = <T extends { name: string }>(all: readonly T[], word: string): T[] =>
  values.without.includes(word) ? [] : all.filter(({ name }) => chosen(name));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const world = await makeWorld();
const pool = openPool(Number(values.width));
const cases: Case[] = [];
const meetings: Meeting[] = [];
const summaries: Summary[] = [];

try {
  for (const scenario of chosenOf(SCENARIOS, 'faults'))
    await withCourse(world, scenario, async (course) => {
      const mine = await Promise.all(
        casesOf(course, { kinds, step }).map(async ({ kind, at }) => {
          const one = await pool.run({ course, fault: { kind, at, lives: values['in-process'] } });
          for (const { fault, detail } of one.faults)
            say(`  ${kind} at ${one.operation}: ${fault}: ${detail}`);
          return one;
        }),
      );
      const summary = summaryOf(course, mine, step);
      cases.push(...mine);
      summaries.push(summary);
      say(JSON.stringify(summary));
    });
  for (const pair of chosenOf(PAIRS, 'pairs')) {
    const seeds = Array.from({ length: Number(values.rounds) }, (_, i) => i + 1);
    const mine = await Promise.all(
      seeds.map((seed) => pool.run({ world: world.dir, pair: pair.name, seed })),
    );
    meetings.push(...mine);
    for (const { seed, faults } of mine)
      for (const fault of faults) say(`  seed ${seed}: ${fault}`);
    const bad = mine.filter(({ faults }) => faults.length > 0).length;
    say(`${pair.name}: ${mine.length} meetings, ${bad} bad`);
  }
} finally {
  pool.close();
  rmSync(world.dir, { recursive: true, force: true });
}

const bad = [...cases, ...meetings].filter(({ faults }) => faults.length > 0);
if (values.json)
  writeFileAtomic(values.json, `${JSON.stringify({ summaries, cases, meetings }, null, 1)}\n`);
say(`${cases.length} faults injected, ${meetings.length} meetings, ${bad.length} bad`);
if (cases.length + meetings.length === 0) say('nothing was run: see --only');
process.exitCode = bad.length > 0 || cases.length + meetings.length === 0 ? 1 : 0;
