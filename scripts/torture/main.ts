/**
 * `npm run torture [-- --only WORDS] [--step N] [--kinds kill,torn,EIO,ENOSPC] [--pairs] [--json FILE]`:
 * breaks every state-changing command off at each of its disk operations, and runs those at the same
 * time that can meet. Ends with 1 when a state is torn or a command cannot be repeated.
 */
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../src/shared/files.js';
import { rmSync } from 'node:fs';
import { breakEach, withCourse, type Case } from './break.js';
import { FAULT_KINDS } from './command.js';
import { meetEach, PAIRS, type Meeting } from './pairs.js';
import { SCENARIOS } from './scenarios.js';
import { makeWorld } from './world.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    step: { type: 'string', default: '1' },
    kinds: { type: 'string', default: FAULT_KINDS.join(',') },
    width: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '6' },
    without: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const kinds = FAULT_KINDS.filter((kind) => values.kinds.split(',').includes(kind));
const chosen = (name: string): boolean => !values.only || name.includes(values.only);
const world = await makeWorld();
const cases: Case[] = [];
const meetings: Meeting[] = [];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  for (const scenario of values.without.includes('faults')
    ? []
    : SCENARIOS.filter((one) => chosen(one.name)))
    await withCourse(world, scenario, async (course) => {
      const mine: Case[] = [];
      await breakEach(
        course,
        { kinds, step: Number(values.step), width: Number(values.width) },
        (one) => {
          mine.push(one);
          for (const { fault, detail } of one.faults)
            say(`  ${one.kind} at ${one.operation}: ${fault}: ${detail}`);
        },
      );
      cases.push(...mine);
      const bad = mine.filter(({ faults }) => faults.length > 0).length;
      say(
        `${scenario.name}: ${course.operations.length} operations, ${mine.length} cases, ${bad} bad`,
      );
    });
  for (const pair of values.without.includes('pairs')
    ? []
    : PAIRS.filter((one) => chosen(one.name))) {
    const mine = await meetEach(world, pair, Number(values.rounds));
    meetings.push(...mine);
    for (const { seed, faults } of mine)
      for (const fault of faults) say(`  seed ${seed}: ${fault}`);
    const bad = mine.filter(({ faults }) => faults.length > 0).length;
    say(`${pair.name}: ${mine.length} meetings, ${bad} bad`);
  }
} finally {
  rmSync(world.dir, { recursive: true, force: true });
}

const bad = [...cases, ...meetings].filter(({ faults }) => faults.length > 0);
if (values.json) writeFileAtomic(values.json, `${JSON.stringify({ cases, meetings }, null, 1)}\n`);
say(`${cases.length} faults injected, ${meetings.length} meetings, ${bad.length} bad`);
if (cases.length + meetings.length === 0) say('nothing was run: see --only');
process.exitCode = bad.length > 0 || cases.length + meetings.length === 0 ? 1 : 0;
