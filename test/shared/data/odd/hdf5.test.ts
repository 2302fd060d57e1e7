import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOfNotation } from '../../../../src/shared/data/index.js';
import { temporaryFolder } from '../files.js';
import { expectOutcome, type Outcome } from './cases.js';

const ODD = 'test/fixtures/odd';
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const LABELS = ['1', '4', '7', '4'];
const rows: Outcome = { kind: 'table', shape: [3], count: 4, x: ROWS };
const labelled: Outcome = { ...rows, labels: LABELS };
const refused = (message: RegExp, hint?: RegExp): Outcome => ({ code: 'data', message, hint });

describe('what lies in several HDF5 files', () => {
  it.each<[string, Outcome]>([
    ['virtual.h5', labelled],
    ['virtual-missing.h5', refused(/"data".* lies in another file, part-c\.h5/, /sources=/)],
    ['virtual-no-dataset.h5', refused(/part-b\.h5 has no dataset "lines"/)],
    ['virtual-gap.h5', refused(/its sources hold 6 of 12 values/)],
    ['virtual-short.h5', refused(/its sources hold 12 of 18 values/)],
    ['virtual-unmapped.h5', refused(/its sources hold 6 of 12 values/)],
    ['virtual-fill.h5', refused(/its sources hold 12 of 18 values/)],
    ['virtual-fill-columns.h5', refused(/its sources hold 10 of 12 values/)],
    ['virtual-labels.h5', refused(/"target" is virtual, and its sources hold 2 of 4 values/)],
    ['virtual-overlap.h5', refused(/no source holds all of sample 3/)],
    ['virtual-grown.h5', refused(/part-zeros\.h5 holds 8 values where 6 are mapped/)],
    ['virtual-zeros.h5', { ...labelled, x: [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0] }],
    ['virtual-strided.h5', { ...labelled, x: [1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12] }],
    ['virtual-picked.h5', { ...labelled, x: [1, 2, 3, 7, 8, 9, 10, 11, 12, 4, 5, 6] }],
    ['virtual-shared.h5', labelled],
    ['virtual-endless.h5', rows],
    ['virtual-nested.h5', refused(/virtual-missing\.h5.*lies in another file, part-c\.h5/)],
    ['virtual-itself.h5', refused(/refer to each other in a circle/)],
    ['virtual-pattern.h5', refused(/files by a pattern, part-%b\.h5/, /h5repack/)],
    ['links.h5#soft', labelled],
    ['links.h5#external', { kind: 'table', count: 2, x: [1, 2, 3, 4, 5, 6] }],
    ['links.h5#far', labelled],
    [
      'links.h5#external-missing',
      refused(/lies in another file, elsewhere\/part-z\.h5/, /sources=/),
    ],
    ['links.h5#circle', refused(/lead round in a circle/)],
    ['links.h5#broken', refused(/"data" is a link to what is not there/)],
    ['links.h5#raw', refused(/values lie outside of .*links\.h5, in raw\.bin, more\.bin/, /h5py/)],
    ['raw-latest.h5', refused(/values lie outside of .*raw-latest\.h5, in raw\.bin/)],
    ['raw-latest.h5#whole', rows],
  ])('%s', async (file, outcome) => {
    await expectOutcome(`hdf5:${ODD}/${file}`, outcome);
  });

  const folder = temporaryFolder();
  it('is never made up: a source that goes, breaks or becomes something else is named', async () => {
    for (const file of ['virtual.h5', 'part-a.h5', 'part-b.h5'])
      cpSync(join(ODD, file), join(folder, file));
    const notation = `hdf5:${folder}/virtual.h5`;
    await expectOutcome(notation, labelled);
    const source = join(folder, 'part-b.h5');
    writeFileSync(source, 'no HDF5');
    await expectOutcome(notation, refused(/file signature not found/));
    cpSync(join(ODD, 'part-b.h5'), source);
    truncateSync(source, 1000);
    await expectOutcome(notation, { code: 'data', message: /truncated|eof|end of file/i });
    rmSync(source);
    await expectOutcome(notation, refused(/part-b\.h5, which is not there or hidden/));
    mkdirSync(source);
    await expectOutcome(notation, refused(/part-b\.h5, which is not there or hidden/));
  });

  it('is shown to a sandbox where sources= names it', () => {
    expect(filesOfNotation('hdf5:/d/all.h5#g?sources=/d/a.h5,/e/b,c.h5')).toEqual([
      '/d/all.h5',
      '/d/a.h5',
      '/e/b',
      join(process.cwd(), 'c.h5'),
    ]);
    expect(filesOfNotation('hdf5:/d/all,of.h5')).toEqual(['/d/all,of.h5']);
  });
});

describe('what HDF5 packs and how', () => {
  it.each<[string, Outcome]>([
    ['gzip', rows],
    ['szip', rows],
    ['scale', rows],
    ['lzf', refused(/"data" is packed with LZF/, /h5py's own.*gzip/)],
    ['bzip2', refused(/packed with bzip2/, /h5repack -f GZIP=4/)],
    ['blosc', refused(/packed with Blosc/, /h5repack -f GZIP=4/)],
    ['zstd', refused(/packed with Zstandard/, /h5repack/)],
    ['own', refused(/packed with filter 400/, /h5repack/)],
  ])('%s', async (group, outcome) => {
    await expectOutcome(`hdf5:${ODD}/filters.h5#${group}`, outcome);
  });
});

describe('types, names and orders in HDF5', () => {
  const bits: Outcome = { kind: 'image', shape: [1, 2, 2], x: [0, 1, 0, 1, 0, 1, 0, 1] };
  it.each<[string, Outcome]>([
    ['float16', { x: ROWS.map((value) => value / 8), labels: LABELS }],
    ['bfloat16', { x: [1, -2.5, 0, 3] }],
    ['big-endian', labelled],
    ['big-endian-int', { x: ROWS.map((value) => 1000 * value), labels: LABELS }],
    ['int8', { x: [0, 1] }],
    ['bool', bits],
    ['bytes01', { x: [0, 1 / 255], says: [/1 of 255, less than a tenth.*max=1$/] }],
    ['bytes01?max=1', bits],
    ['bits12', { x: [0, 500 / 65535], says: [/3500 of 65535, less than a tenth.*max=4095/] }],
    ['bits12?max=4095', { x: [0, 500 / 4095, 1000 / 4095] }],
    ['bits12?scale=4095', { x: [0, 500 / 4095] }],
    ['bits12?max=1023', refused(/grey level 1500 in sample 0 is outside 0\.\.1023/, /max=/)],
    ['bits12?max=0', { code: 'usage', message: /max=0/ }],
    ['bits12?max=1&scale=1', { code: 'usage', message: /give one/ }],
    ['dark', { says: [/brightest grey level is 0\.02 of 1/] }],
    ['black', { says: [/every grey level is 0/] }],
    ['words', { ...rows, labels: ['benign', 'malignant', 'benign', 'unsure'] }],
    ['words-fixed', { ...rows, labels: ['böse', 'gut', 'gut', 'gut'] }],
    ['words-latin1', refused(/a label is not UTF-8/)],
    ['words-alike', refused(/"Neg", "neg" differ in case or space only/, /labels=fold/)],
    ['words-alike?labels=fold', { ...rows, labels: ['neg', 'neg', 'Pos', 'neg'] }],
    ['words-missing', refused(/sample 1 has no label/)],
    ['signs', { ...rows, labels: ['-1', '1', '1', '-1'] }],
    ['floats', labelled],
    ['halves', refused(/label 0\.5 of sample 1 is not a class index/)],
    ['unlabelled', refused(/label -1 of sample 2/, /leave samples without a label out/)],
    ['qmnist', refused(/labels of shape \[4, 8\]/, /QMNIST.*label=0/)],
    ['qmnist?label=0', labelled],
    ['one-hot', refused(/labels of shape \[4, 3\]/, /argmax/)],
    ['fields', refused(/not an array of numbers/, /fields age, dose/)],
    ['complex', refused(/not an array of numbers/)],
    ['scalar', refused(/shape \[\] is none of/)],
    ['turned', refused(/4 labels for the 3 samples/, /order=matlab/)],
    ['turned?order=matlab', labelled],
    [
      'other-names',
      { code: 'not-found', message: /no dataset/, hint: /"features".*x=NAME.*y=NAME/ },
    ],
    ['other-names?x=features&y=outcome', labelled],
    ['other-names?x=features', rows],
    [
      'other-names?x=feature',
      { code: 'not-found', message: /no dataset "feature"/, hint: /"features"/ },
    ],
    ['square', { kind: 'image', shape: [1, 8, 8], says: [/images 8×8; as=table/] }],
    ['square?as=image', { kind: 'image', shape: [1, 8, 8] }],
    ['square?as=table', { kind: 'table', shape: [64] }],
    ['small-square', { kind: 'table', shape: [16] }],
    ['small-square?as=image', { kind: 'image', shape: [1, 4, 4] }],
    ['big-endian?as=image', refused(/as=image: 3 is no square/)],
    ['bool?as=table', refused(/cannot be read as=table/)],
    ['square?as=picture', { code: 'usage', message: /as=picture/, hint: /image or table/ }],
  ])('%s', async (group, outcome) => {
    await expectOutcome(`hdf5:${ODD}/types.h5#${group}`, outcome);
  });

  it.each<[string, Outcome]>([
    ['', refused(/"x" was written by MATLAB/, /order=matlab.*\[4, 3\].*order=c as \[3, 4\]/)],
    ['?order=matlab', labelled],
    ['?order=c', refused(/labels of shape \[1, 4\]/, /order=matlab/)],
    ['?order=fortran', { code: 'usage', message: /order=fortran/ }],
  ])('a file of MATLAB 7.3 with "%s"', async (options, outcome) => {
    await expectOutcome(`hdf5:${ODD}/matlab.mat${options}`, outcome);
  });

  it('a model says what flat rows are, so that nobody has to', async () => {
    const file = `hdf5:${ODD}/types.h5`;
    await expectOutcome(`${file}#square`, { kind: 'table', shape: [64] }, { kind: 'table' });
    await expectOutcome(`${file}#square`, { kind: 'image' }, { kind: 'image' });
    await expectOutcome(`${file}#small-square`, { kind: 'image' }, { kind: 'image' });
  });
});
