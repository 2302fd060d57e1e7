import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakAt, casesOf, withCourse, type Case } from '../../scripts/torture/break.js';
import { meet, pairNamed } from '../../scripts/torture/pairs.js';
import { scenarioNamed } from '../../scripts/torture/scenarios/index.js';
import { makeWorld, type Place } from '../../scripts/torture/world.js';

// A part of `npm run torture`: of some commands every so many operations, by turns with each fault.
const PART: readonly (readonly [name: string, step: number])[] = [
  ['provider train, over a model', 16],
  ['provision renew', 16],
];
const MEET = ['provision renew + revoke', 'client pull + pull'];

describe('a command that is broken off', () => {
  let world: Place;
  beforeAll(async () => {
    world = await makeWorld();
  }, 120_000);
  afterAll(() => rmSync(world.dir, { recursive: true }));

  it.each(PART)(
    '%s: leaves the old state or the new, and can be repeated',
    async (name, step) => {
      const cases = await withCourse(world, scenarioNamed(name), async (course) => {
        const all: Case[] = [];
        for (const fault of casesOf(course, { step })) all.push(await breakAt(course, fault));
        return all;
      });
      expect(cases.length).toBeGreaterThan(1);
      expect(cases.every(({ missed }) => missed)).toBe(false);
      expect(cases.filter(({ faults }) => faults.length > 0)).toEqual([]);
    },
    240_000,
  );

  it('provision renew, when the disk fails behind the record: the certificate stands with its kit', async () => {
    const cases = await withCourse(world, scenarioNamed('provision renew'), async (course) => {
      const last = course.operations.length;
      const all: Case[] = [];
      for (const at of [last - 1, last])
        for (const kind of ['EIO', 'ENOSPC'] as const)
          all.push(await breakAt(course, { kind, at }));
      return all;
    });
    expect(cases.filter(({ missed }) => missed)).toEqual([]);
    expect(cases.flatMap(({ faults }) => faults)).toEqual([]);
  }, 120_000);

  it.each(MEET)(
    '%s at once',
    async (name) => {
      const meetings = [];
      for (const seed of [1, 2]) meetings.push(await meet(world, pairNamed(name), seed));
      expect(meetings.flatMap(({ faults }) => faults)).toEqual([]);
    },
    120_000,
  );
});
