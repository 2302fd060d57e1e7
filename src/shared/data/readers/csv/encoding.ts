import { FedshotError } from '../../../errors.js';
import { option } from '../../options.js';

/** Longer strings than this Node cannot make. */
const MAX_TEXT = 2 ** 29 - 25;
const MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const SOME = 'encoding=windows-1252 (Western Europe), windows-1250, iso-8859-2, utf-16le …';
/** C1 control characters, which no text has: what is decoded as them was another encoding. */
const C1 = /[\u0080-\u009f]/;

/**
 * The text of a file: in the encoding of its mark, in the one that `encoding=` names, else UTF-8, or
 * UTF-16 where every other byte is zero. What cannot be decoded is refused by line, never replaced:
 * two names would become one.
 *
 * @param said what `encoding=` names
 * @throws FedshotError `data`, `limit`
 */
export function decodeText(bytes: Buffer, path: string, said?: string): string {
  if (bytes.length > 2 * MAX_TEXT)
    throw new FedshotError(
      'limit',
      `${path}: ${bytes.length} bytes are too many for a table of text`,
      {
        hint: 'split the table, or keep it as npz or HDF5',
      },
    );
  const mark = MARKS.find(([, begin]) => begin.every((byte, i) => bytes[i] === byte))?.[0];
  if (mark === 'utf-16le' && bytes.length >= 4 && bytes.readUInt16LE(2) === 0)
    throw new FedshotError('data', `${path}: is UTF-32, which is not read`, {
      hint: 'save it as UTF-8',
    });
  if (said !== undefined && mark !== undefined && said !== mark)
    throw new FedshotError('data', `${path}: begins with the mark of ${mark}, not of ${said}`, {
      hint: 'leave encoding= out',
    });
  const used = said ?? mark ?? unmarked(bytes);
  let text: string;
  try {
    text = new TextDecoder(used, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw undecodable(bytes, used, path, cause);
  }
  refuseLost(text, used, path);
  return text;
}

/** The name of an encoding that `TextDecoder` knows. */
export const encoding = () =>
  option((said, refuse) => {
    try {
      return new TextDecoder(said).encoding;
    } catch {
      return refuse('is not known', SOME);
    }
  });

/** UTF-16 without its mark: zeros in every other place of the digits and separators. */
function unmarked(bytes: Buffer): string {
  const seen = bytes.subarray(0, 4096);
  const zeros = [0, 0];
  seen.forEach((byte, i) => (zeros[i % 2]! += byte === 0 ? 1 : 0));
  const [even = 0, odd = 0] = zeros;
  if (bytes.length % 2 !== 0 || even + odd < seen.length / 4) return 'utf-8';
  return odd > even ? 'utf-16le' : 'utf-16be';
}

function undecodable(bytes: Buffer, encoding: string, path: string, cause: unknown): FedshotError {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let [line, from] = [1, 0];
  if (!encoding.startsWith('utf-16'))
    for (let end; from < bytes.length; from = end + 1, line++) {
      end = bytes.indexOf(10, from);
      if (end < 0) end = bytes.length;
      try {
        decoder.decode(bytes.subarray(from, end));
      } catch {
        break;
      }
    }
  const where = encoding.startsWith('utf-16') ? 'the text' : `line ${line}`;
  return new FedshotError('data', `${path}: ${where} is not ${encoding.toUpperCase()}`, {
    hint: `say how it is encoded: ${SOME}`,
    cause,
  });
}

/** Letters that an earlier conversion, or a wrong `encoding=`, has lost. */
function refuseLost(text: string, encoding: string, path: string): void {
  const at = text.search(/[\0\u0080-\u009f\ufffd]/);
  if (at < 0) return;
  const line = text.slice(0, at).split('\n').length;
  const why =
    text[at] === '\0'
      ? 'holds a zero byte: is it text?'
      : C1.test(text[at] ?? '')
        ? `has no letter for a byte in ${encoding}: it is another encoding`
        : 'holds U+FFFD, where an earlier conversion has lost a letter';
  throw new FedshotError('data', `${path}: line ${line} ${why}`, {
    hint: `export it again as UTF-8, or say how it is encoded: ${SOME}`,
  });
}
