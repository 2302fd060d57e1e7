/**
 * Two hospitals whose scanners write the same otherwise: the provider's pictures have 16 bits, a sign and Hounsfield units
 * behind a window; the site's 12 bits, black on white, behind another. What is in their headers stays there.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adapt,
  diagnose,
  init,
  initProvider,
  loadDataset,
  predict,
  publish,
  pull,
  train,
} from '../../src/index.js';
import { fileDir } from '../fixtures/temp.js';
import {
  pixelElements,
  words,
  writeDicom,
  type Elements,
} from '../shared/data/readers/dicom/dicom-file.js';

const dir = fileDir();
const at = (name: string): string => join(dir, name);
const here = { isolate: 'off' } as const;
const passphrase = 'correct horse battery staple';
const SIDE = 28;
const PATIENT = 'Grzeszczykiewicz';

/** 16 bits with a sign: −1000 HU is air, 400 HU bone; the window shows −160 to 240. */
const scannerA = (grey: number): number => Math.round(-160 + 400 * grey) + 1024;
const A: Elements = {
  '00280100 US': 16,
  '00280101 US': 16,
  '00280102 US': 15,
  '00280103 US': 1,
  '00281050 DS': '40.5',
  '00281051 DS': '401',
  '00281052 DS': '-1024',
  '00281053 DS': '1',
};

/** 12 bits whose lowest value is white, shown from 200 to 3800. */
const scannerB = (grey: number): number => Math.round(3800 - 3600 * grey);
const B: Elements = {
  '00280004 CS': 'MONOCHROME1',
  '00280100 US': 16,
  '00280101 US': 12,
  '00280102 US': 11,
  '00281050 DS': '2000.5',
  '00281051 DS': '3601',
};

interface Hospital {
  readonly notation: string;
  readonly scanner: (grey: number) => number;
  readonly header: Elements;
  readonly transposed?: boolean;
}

/** Writes a folder of files for each class. */
async function exported(
  folder: string,
  { notation, scanner, header, transposed = false }: Hospital,
): Promise<string> {
  const { x, count, labels, classNames } = await loadDataset(notation);
  for (const name of classNames ?? []) mkdirSync(join(at(folder), name), { recursive: true });
  for (let n = 0; n < count; n++) {
    const values = Array.from({ length: SIDE * SIDE }, (_, p) => {
      const [row, column] = [Math.floor(p / SIDE), p % SIDE];
      const from = transposed ? column * SIDE + row : p;
      return scanner(x[n * SIDE * SIDE + from] ?? 0);
    });
    const elements = pixelElements(SIDE, SIDE, words(values), {
      '00080060 CS': 'DX',
      '00100010 PN': `${PATIENT}^${n}`,
      '00100020 LO': `MRN-${77_000 + Math.floor(n / 2)}`,
      ...header,
    });
    writeDicom(join(at(folder), classNames?.[labels?.[n] ?? 0] ?? '', `IM${1000 + n}`), elements);
  }
  return `dicom:${at(folder)}`;
}

let siteB: string;
beforeAll(async () => {
  const homeA = await exported('a', {
    notation: 'digits:plain?n=1000',
    scanner: scannerA,
    header: A,
  });
  siteB = await exported('b', { notation: 'digits:thin?n=150', scanner: scannerB, header: B });
  await train(
    {
      data: `${homeA}#label=folder&group=PatientID&where=Modality:DX`,
      arch: 'mlp',
      hidden: [128],
      bottleneck: 32,
      size: SIDE,
      epochs: 20,
      engine: 'wasm',
      out: at('model'),
    },
    here,
  );
  await initProvider({ store: at('store'), passphrase });
  await publish({ model: at('model'), name: 'chest', store: at('store'), passphrase });
  await init({ home: at('site'), trust: at('store/trust.json') });
  await pull({ home: at('site'), from: [at('store')], name: 'chest' }, here);
}, 300_000);

const site = { home: at('site'), name: 'chest', engine: 'wasm' };

/** What `diagnose` would have done about it. */
async function remedies(data: string): Promise<(string | undefined)[]> {
  const { battery } = await diagnose({ ...site, data }, here);
  return battery.findings.map(({ remedy }) => remedy);
}

describe('a site with another scanner', () => {
  it('sees what the provider saw, and is adapted', { timeout: 180_000 }, async () => {
    expect((await remedies(siteB)).join()).not.toMatch(/--invert|--orient/);
    const data = `${siteB}#label=folder&group=PatientID`;
    const { battery } = await adapt({ ...site, data, epochs: 5 }, here);
    expect(battery.kept).toBe('adapted');
    const { predictions } = await predict({ ...site, data: siteB }, here);
    // files are in the order of their folders, fifteen of each digit
    const right = predictions.filter((one, n) => one.class === String(Math.floor(n / 15)));
    expect(right.length / predictions.length).toBeGreaterThan(0.85);
  });

  it('is told before it adapts that its pictures are inverted', { timeout: 180_000 }, async () => {
    // the header says that 0 is black, and it is white
    const header = { ...B, '00280004 CS': 'MONOCHROME2' };
    const plain = { notation: 'digits:plain?n=150', scanner: scannerB };
    const lies = await exported('lies', { ...plain, header });
    expect(await remedies(lies)).toContain('--invert');
  });

  it('is told that they are transposed', { timeout: 180_000 }, async () => {
    const plain = { notation: 'digits:plain?n=150', scanner: scannerB, header: B };
    const turned = await exported('turned', { ...plain, transposed: true });
    expect(await remedies(turned)).toContain('try --orient transpose');
  });
});

it('keeps patients and files out of all that it writes', () => {
  const written = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(site|store|model)/.test(name))
    .filter((name) => statSync(at(name)).isFile());
  expect(written.length).toBeGreaterThan(10);
  for (const name of written) {
    const bytes = readFileSync(at(name));
    for (const secret of [PATIENT, 'MRN-77', 'IM10'])
      expect([name, bytes.includes(secret)]).toEqual([name, false]);
  }
});
