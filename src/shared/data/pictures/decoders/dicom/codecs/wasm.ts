import { createRequire } from 'node:module';
import { FedshotError } from '../../../../../errors.js';

/** What the codecs of cornerstone have in common: `em++` classes with the same methods. */
interface WasmDecoder {
  /** Room for the compressed bytes, in the codec's memory. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view of the codec's memory: copy it before `delete`. */
  getDecodedBuffer(): Uint8Array;
  /** Of JPEG-LS: 0 for plane after plane. */
  getInterleaveMode?(): number;
  delete(): void;
}

/** What comes out of a codec, lowest byte first. */
export interface Decoded {
  readonly data: Uint8Array;
  readonly planar: boolean;
}

type WasmModule = Record<string, (new () => WasmDecoder) | undefined> & {
  getExceptionMessage?: (pointer: number) => string;
};

/**
 * A codec compiled to WebAssembly, loaded by its first frame. After a failure it is loaded anew: a module
 * that has given up answers nothing right any more.
 */
export class WasmCodec {
  readonly #file: string;
  readonly #decoder: string;
  #loading?: Promise<WasmModule>;

  constructor(file: string, decoder: string) {
    this.#file = file;
    this.#decoder = decoder;
  }

  /** @throws FedshotError `data` for whatever the codec refuses */
  async decode(bytes: Uint8Array, path: string): Promise<Decoded> {
    const module = await (this.#loading ??= this.#load());
    const Decoder = module[this.#decoder];
    if (!Decoder) throw new FedshotError('internal', `${this.#file} has no ${this.#decoder}`);
    try {
      const decoder = new Decoder();
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      const planar = decoder.getInterleaveMode?.() === 0;
      const data = decoder.getDecodedBuffer().slice();
      decoder.delete();
      return { data, planar };
    } catch (error) {
      this.#loading = undefined;
      const said =
        typeof error === 'number'
          ? (module.getExceptionMessage?.(error) ?? '')
          : error instanceof Error
            ? error.message
            : '';
      throw new FedshotError(
        'data',
        `${path}: its compressed pixels are damaged${said && ` (${said.split('\n')[0]!.slice(0, 80)})`}`,
        { hint: 'copy it again, or leave it out', cause: error },
      );
    }
  }

  #load(): Promise<WasmModule> {
    const make = createRequire(import.meta.url)(this.#file) as (
      options: object,
    ) => Promise<WasmModule>;
    const mute = (): void => undefined; // what a codec says of a file would name nothing
    return make({ print: mute, printErr: mute });
  }
}
