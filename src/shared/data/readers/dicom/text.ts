import type { DataSet } from 'dicom-parser';

/** Representations of numbers that are not text. */
const NUMBERS: Readonly<
  Record<string, 'uint16' | 'int16' | 'uint32' | 'int32' | 'float' | 'double'>
> = { US: 'uint16', SS: 'int16', UL: 'uint32', SL: 'int32', FL: 'float', FD: 'double' };
/** Numbers among the keywords, for files that do not say how an element is represented. */
const IMPLICIT_NUMBERS = /^x0028(0002|001[01]|010[013])$/;

/** Encodings of text by their defined terms (PS3.3, C.12.1.1.2); all others have ASCII in common. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'ISO_IR 100': 'latin1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};
const MOST_TEXT = 1024;

/**
 * The value of an element as text, several joined by a backslash as the file has them.
 * @returns undefined where it is not there or empty
 */
export function textOf(header: DataSet, tag: string): string | undefined {
  const element = header.elements[tag];
  if (!element || element.length === 0 || element.items) return undefined;
  const number =
    NUMBERS[element.vr ?? (IMPLICIT_NUMBERS.test(tag) ? 'US' : '')] && (element.vr ?? 'US');
  if (number) {
    const value = header[NUMBERS[number] ?? 'uint16'](tag);
    return value === undefined ? undefined : String(value);
  }
  const end = element.dataOffset + Math.min(element.length, MOST_TEXT);
  const bytes = header.byteArray.subarray(element.dataOffset, end);
  const set = header.string('x00080005')?.trim() ?? '';
  const text = new TextDecoder(ENCODINGS[set] ?? 'latin1').decode(bytes);
  return text.replace(/[\0\s]+$/, '').trimStart() || undefined;
}
