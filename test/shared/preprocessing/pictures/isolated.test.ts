/** Threads and libvips inside the sandbox: with its filter, without a network, and with what it shows alone. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepProgram } from '../../../fixtures/step-program.js';
import { epoch, SHAPE, STEPS } from './requests.js';
import { somePictures } from './some-pictures.js';

const { folder } = await somePictures(20);
const LOADER = join(import.meta.dirname, '../../../../dist/shared/preprocessing/pictures/index.js');

describe('a step in the sandbox', () => {
  it('reads pictures in threads, and keeps them in a folder that it may write', () => {
    const cache = join(folder, 'cache');
    const file = stepProgram({
      dir: folder,
      write: [cache],
      head: `import { loadPictures } from ${JSON.stringify(LOADER)};`,
      body: `
        const refs = Array.from({ length: 20 }, (_, i) => ({ decoder: 'raster', path: ${JSON.stringify(folder)} + '/' + i + '.png' }));
        const set = { source: 'x', kind: 'pictures', count: 20, refs };
        const options = { steps: ${JSON.stringify(STEPS)}, shape: ${JSON.stringify(SHAPE)}, strict: true };
        const pictures = loadPictures(set, { ...options, workers: 2, cache: { folder: ${JSON.stringify(cache)} } });
        let kept = 0;
        for (let i = 0; i < 2; i++)
          for await (const batch of pictures.batches(${JSON.stringify([...epoch(20, 8)])})) kept += batch.kept.length;
        await pictures.close();
        return { kept, kernel: record.kernel, network: record.network };`,
    });
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(JSON.parse(stdout)).toEqual({ kept: 40, kernel: 'closed', network: 'none' });
  });
});

describe('a program that looks at no pictures', () => {
  it('does not load libvips', () => {
    const index = JSON.stringify(join(import.meta.dirname, '../../../../dist/index.js'));
    const code = `await import(${index}); console.log(process.report.getReport().sharedObjects.join('\\n'));`;
    const words = ['--input-type=module', '-e', code];
    const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect(stdout).toContain('libc');
    expect(stdout).not.toContain('vips');
  });
});
