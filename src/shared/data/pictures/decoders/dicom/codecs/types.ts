import type { PixelHeader } from '../header.js';

/** Words as they are stored, the samples of a pixel side by side. */
export interface Words {
  readonly data: Uint8Array | Uint16Array | Uint32Array;
  /** Bits of a value and the number of its highest, where the compressed data say otherwise than the header. */
  readonly stored?: number;
  readonly high?: number;
  /** What colours are, after what the compression itself does to them. */
  readonly colour?: 'rgb' | 'ybr';
}

/**
 * Unpacks the bytes of a frame.
 * @throws FedshotError `data` where they are damaged or hold another size than the header announces, `limit`
 */
export type FrameCodec = (bytes: Uint8Array, header: PixelHeader) => Words | Promise<Words>;
