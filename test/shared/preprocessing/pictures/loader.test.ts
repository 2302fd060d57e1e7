import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { decode } from '../../../../src/shared/data/pictures/decoders/index.js';
import type { View } from '../../../../src/shared/data/pictures/view.js';
import type { FedshotError } from '../../../../src/shared/errors.js';
import {
  applySteps,
  loadPictures,
  type LoadedPictures,
  type LoaderOptions,
} from '../../../../src/shared/preprocessing/pictures/index.js';
import { Threads } from '../../../../src/shared/preprocessing/pictures/threads.js';
import { drawing } from '../../data/pictures/drawn.js';
import { refusal } from '../../data/files.js';
import { epoch, SHAPE, STEPS } from './requests.js';
import { somePictures, taken } from './some-pictures.js';

const { folder, set } = await somePictures(50);
const open: LoadedPictures[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

function load(options: Partial<LoaderOptions> = {}, from = set): LoadedPictures {
  const pictures = loadPictures(from, { steps: STEPS, shape: SHAPE, workers: 0, ...options });
  open.push(pictures);
  return pictures;
}

/** The set with some of its files in another's place. */
function withFiles(...places: (readonly [sample: number, path: string])[]) {
  const refs = [...set.refs];
  for (const [sample, path] of places) refs[sample] = { decoder: 'raster', path };
  return { ...set, refs };
}
const text = join(folder, 'text.png');
writeFileSync(text, 'no picture');

describe('loadPictures', () => {
  it('gives what decoding and the steps give, in the order of the requests', async () => {
    const requests = [...epoch(50, 20)];
    const batches = await taken(load(), requests);
    expect(batches.map(({ kept }) => kept.length)).toEqual([20, 20, 10]);
    for (const [b, { pixels }] of batches.entries())
      for (const [i, view] of requests[b]!.entries()) {
        const picture = await decode(set.refs[view.sample]!);
        const wanted = Buffer.from(applySteps(picture, STEPS, view));
        expect(pixels.subarray(i * 768, (i + 1) * 768).equals(wanted)).toBe(true);
      }
  });

  it('gives the same bits whatever the number of threads', async () => {
    const alone = await taken(load(), epoch(50, 20));
    for (const workers of [1, 2])
      expect(await taken(load({ workers }), epoch(50, 20))).toEqual(alone);
  });

  it('puts a large request together of what several threads have read', async () => {
    const small = [...epoch(50, 50)][0]!;
    const broken = withFiles([7, text]);
    const [part] = await taken(load({}, broken), [small]);
    const [whole] = await taken(load({ workers: 2 }, broken), [[...small, ...small, ...small]]);
    const { pixels, kept } = part!;
    expect(whole!.pixels.equals(Buffer.concat([pixels, pixels, pixels]))).toBe(true);
    expect(whole!.kept).toEqual([0, 50, 100].flatMap((from) => kept.map((at) => from + at)));
  });

  it('leaves out what cannot be read, and tells of it once', async () => {
    const told: string[] = [];
    const onBroken = (error: FedshotError, sample: number): void =>
      void told.push(`${sample} ${error.code} ${error.message}`);
    for (const workers of [0, 1]) {
      const broken = withFiles([3, text], [22, '/nowhere/p.png']);
      const pictures = load({ workers, onBroken }, broken);
      const whole = await taken(load(), epoch(50, 20));
      for (let i = 0; i < 2; i++) {
        const batches = await taken(pictures, epoch(50, 20));
        expect(batches.map(({ kept }) => kept.length)).toEqual([19, 19, 10]);
        expect(batches[0]!.kept).not.toContain(3);
        expect(batches[1]!.kept).not.toContain(2);
        const left = [whole[0]!.pixels.subarray(0, 3 * 768), whole[0]!.pixels.subarray(4 * 768)];
        expect(batches[0]!.pixels.equals(Buffer.concat(left))).toBe(true);
      }
    }
    const once = [`3 data ${text}: is no picture`, '22 not-found no such file: /nowhere/p.png'];
    expect(told).toEqual([...once, ...once]);
  });

  it('ends at the first broken picture where it is strict, when its turn comes', async () => {
    for (const workers of [0, 1]) {
      const batches = load({ workers, strict: true }, withFiles([22, text])).batches(epoch(50, 20));
      expect((await batches.next()).value?.kept.length).toBe(20);
      expect(await refusal(() => batches.next())).toMatchObject({
        code: 'data',
        message: `${text}: is no picture`,
      });
    }
  });

  it('says that the steps do not give what the model takes', async () => {
    const told: FedshotError[] = [];
    const pictures = load({ shape: [1, 16, 16], onBroken: (error) => told.push(error) });
    const [batch] = await taken(pictures, [[{ sample: 0 }]]);
    expect(batch).toEqual({ pixels: Buffer.alloc(0), kept: [] });
    expect(told[0]?.message).toContain('with 3 channels do not become [1, 16, 16]');
  });

  it('takes a sliver and says so', async () => {
    const path = join(folder, 'sliver.png');
    writeFileSync(path, await drawing(400, 9).png().toBuffer());
    const notes: string[] = [];
    const onNote = (line: string): void => void notes.push(line);
    const pictures = load({ onNote }, withFiles([1, path]));
    const views = [[{ sample: 0 }, { sample: 1 }], [{ sample: 1 }]];
    const batches = await taken(pictures, views);
    expect(batches.map(({ kept }) => kept.length)).toEqual([2, 1]);
    expect(notes).toEqual([`${path}: 400 × 9 pixels: one side is 44 times the other`]);
  });

  it('asks for no more requests than it needs to stay ahead', async () => {
    let asked = 0;
    function* endless(): Generator<View[]> {
      for (;;) {
        asked++;
        yield Array.from({ length: 40 }, (_, sample) => ({ sample }));
      }
    }
    const batches = load({ workers: 1 }).batches(endless());
    for (let i = 1; i <= 3; i++) {
      await batches.next();
      expect(asked).toBeLessThanOrEqual(i + 4); // 128 pictures for one thread
    }
    await batches.return();
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const batches = load({ signal: stop.signal }).batches(epoch(50, 10));
    await batches.next();
    stop.abort(new Error('enough'));
    await expect(batches.next()).rejects.toThrow('enough');
  });

  it('says that a thread failed, and goes on', async () => {
    const settings = { steps: STEPS, shape: [3, 16, 16] } as const;
    const threads = new Threads(settings, 1);
    const task = { views: [{ sample: 0 }], refs: [set.refs[0]!] };
    // no view at all: the thread cannot even begin
    const wrong = { views: null, refs: [] } as unknown as typeof task;
    expect(await refusal(() => threads.prepare(wrong))).toMatchObject({ code: 'internal' });
    expect((await threads.prepare(task)).failures).toEqual([]);
    await threads.close();
  });

  it('can be closed while it reads, and twice', async () => {
    for (const workers of [0, 1]) {
      const pictures = load({ workers });
      const batches = pictures.batches(epoch(50, 10));
      const first = batches.next().catch((error: unknown) => error);
      await pictures.close();
      await pictures.close();
      await first;
      expect(await refusal(() => pictures.batches(epoch(50, 10)).next())).toMatchObject({
        code: 'interrupted',
      });
    }
  });
});

/** A program that loads pictures from `folder`. */
function program(body: string) {
  const at = (path: string): string => JSON.stringify(join(import.meta.dirname, path));
  const file = join(folder, 'program.mts');
  const code = `
    import { loadPictures } from ${at('../../../../src/shared/preprocessing/pictures/index.ts')};
    import { epoch, SHAPE, STEPS } from ${at('./requests.ts')};
    const refs = Array.from({ length: 50 }, (_, i) => ({ decoder: 'raster', path: \`${folder}/\${i}.png\` }));
    const set = { source: 'x', kind: 'pictures' as const, count: 50, refs };
    const pictures = loadPictures(set, { steps: STEPS, shape: SHAPE, workers: 2 });
    const batches = pictures.batches(epoch(50, 20));
    ${body}`;
  writeFileSync(file, code);
  return spawnSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' });
}

describe('a process that reads pictures', () => {
  it('waits for them, and ends although they are open', () => {
    const { status, stdout, stderr } = program(
      `for await (const { kept } of batches) console.log(kept.length);`,
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '20\n20\n10\n', stderr: '' });
  });

  it('may exit in the middle', () => {
    const { status, stderr } = program(
      `await batches.next(); void batches.next(); process.exit(5);`,
    );
    expect({ status, stderr }).toEqual({ status: 5, stderr: '' });
  });
});
