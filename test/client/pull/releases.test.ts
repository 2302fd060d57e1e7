import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { currentRelease, pull } from '../../../src/client/pull/index.js';
import { openRelease } from '../../../src/client/pull/releases.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { readModel } from '../../../src/shared/model/folder.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { initParameters } from '../../fixtures/parameters.js';
import { makeProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

/** Called after a file was read: what somebody else does to it meanwhile. */
let afterReading: (path: string) => void = () => undefined;

vi.mock('../../../src/shared/files.js', async (original) => {
  const real = await original<typeof import('../../../src/shared/files.js')>();
  const readBytes: typeof real.readBytes = (path, most) => {
    const bytes = real.readBytes(path, most);
    afterReading(path);
    return bytes;
  };
  return { ...real, readBytes };
});

const dir = fileDir();
let home: string;
let folder: string;

beforeAll(async () => {
  const provider = await makeProvider(dir);
  const modelDir = join(dir, 'model');
  initParameters(modelDir);
  const { store, keyring } = provider;
  await publishRelease({ modelDir, name: 'digits', store, keyring, now: new Date() });
  home = provider.home('site');
  await pull({ from: [store], name: 'digits', home });
  folder = currentRelease(home, 'digits').dir;
});
beforeEach(() => {
  afterReading = () => undefined;
});

/** Changes a file for the length of one test. */
function changed(path: string, change: () => void, test: () => void): void {
  const before = readFileSync(path);
  try {
    change();
    test();
  } finally {
    writeFileSync(path, before);
  }
}

describe('openRelease', () => {
  it('decodes the very bytes whose digest it has checked, whatever lies there a moment later', () => {
    const signed = encodeState(readModel(folder).state);
    for (const name of ['F', 'B', 'C'])
      changed(
        join(folder, `${name}.safetensors`),
        () => {
          const path = join(folder, `${name}.safetensors`);
          const other = readFileSync(path);
          other[other.length - 4]! ^= 1; // a weight that is as finite as before
          afterReading = (read) => {
            if (read === path) writeFileSync(path, other);
          };
        },
        () => expect(encodeState(openRelease(home, 'digits').model.state)).toEqual(signed),
      );
  });

  it.each(['F.safetensors', 'B.safetensors', 'C.safetensors', 'model.json', 'manifest.json'])(
    'names %s where it has changed by a bit, or is gone',
    (name) => {
      const path = join(folder, name);
      const flip = () => {
        const bytes = readFileSync(path);
        bytes[bytes.length - 20]! ^= 1;
        writeFileSync(path, bytes);
      };
      const failing = (codes: string[]) => () => {
        const error = thrownBy(() => openRelease(home, 'digits'));
        expect(codes).toContain(error.code);
        expect(error.message).toContain(name === 'manifest.json' ? 'manifest' : path);
      };
      changed(path, flip, failing(['digest', 'signature', 'format']));
      changed(path, () => rmSync(path), failing(['digest']));
      expect(openRelease(home, 'digits').id).toMatchObject({ name: 'digits', version: 1 });
    },
  );

  it.each(['', '{', '{}', '[]', '{"version":0,"digest":"x"}', '\u0000\u0001'])(
    'says of a pointer that holds %j which file is damaged, and that a pull mends it',
    (text) => {
      const path = join(home, 'releases/digits/current.json');
      changed(
        path,
        () => writeFileSync(path, text),
        () =>
          expect(thrownBy(() => openRelease(home, 'digits'))).toMatchObject({
            code: 'format',
            message: expect.stringContaining(path) as string,
            hint: expect.stringContaining('client pull') as string,
          }),
      );
    },
  );

  it('takes no other release that is as well signed for the one in use', async () => {
    const path = join(folder, 'manifest.json');
    const { store, keyring } = {
      ...(await import('../../fixtures/provider.js')).reopenProvider(dir),
    };
    await publishRelease({
      modelDir: join(dir, 'model'),
      name: 'other',
      store,
      keyring,
      now: new Date(),
    });
    await pull({ from: [store], name: 'other', home });
    changed(
      path,
      () => copyFileSync(join(currentRelease(home, 'other').dir, 'manifest.json'), path),
      () => expect(thrownBy(() => openRelease(home, 'digits')).code).toBe('digest'),
    );
  });
});

function thrownBy(act: () => unknown): { code: string; message: string } {
  try {
    act();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
}
