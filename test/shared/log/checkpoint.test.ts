import { describe, expect, test } from 'vitest';
import { openCheckpoint, signCheckpoint } from '../../../src/shared/log/index.js';
import { signerOf } from '../../../src/shared/release/index.js';

const signer = signerOf(new Uint8Array(32).fill(7));
const keys = new Map([[signer.keyid, signer.publicKey]]);
const root = Buffer.alloc(32, 5);
const note = signCheckpoint({ origin: 'fedshot/log', size: 12, root }, signer);

describe('openCheckpoint', () => {
  test('reads what signCheckpoint wrote: three lines and a signature', () => {
    expect(note.split('\n').slice(0, 4)).toEqual([
      'fedshot/log',
      '12',
      root.toString('base64'),
      '',
    ]);
    expect(openCheckpoint(note, keys)).toMatchObject({ origin: 'fedshot/log', size: 12, root });
  });

  test('passes over the signature of a witness that it does not know', () => {
    const cosigned = `${note}— witness.example ${Buffer.alloc(76).toString('base64')}\n`;
    expect(openCheckpoint(cosigned, keys).size).toBe(12);
  });

  test.each([
    ['another size', note.replace('\n12\n', '\n13\n'), 'signature'],
    ['another root', note.replace('BQUF', 'BQUG'), 'signature'],
    ['another origin', note.replaceAll('fedshot/log', 'fedshot/lag'), 'signature'],
    ['a size with a leading zero', note.replace('\n12\n', '\n012\n'), 'format'],
    ['an extension line, room for a message', note.replace('\n\n', '\nhello\n\n'), 'format'],
    ['no signature', note.slice(0, note.indexOf('—')), 'signature'],
    ['text after the signatures', `${note}patient 7`, 'format'],
    ['a longer note than any', note + note.slice(note.indexOf('—')).repeat(60), 'format'],
    ['nothing', '', 'format'],
  ])('%s is refused', (_name, forged, code) => {
    expect(() => openCheckpoint(forged, keys)).toThrow(expect.objectContaining({ code }));
  });
});
