import type { Pointer } from './abi.js';

/** A C++ `double` argument: marked, since a JavaScript number may also be an integer. */
export class Float {
  constructor(readonly value: number) {}
}

/** An optional argument that is present. `null` is one that is absent. */
export class Some {
  constructor(readonly value: Arg) {}
}

/**
 * An operator's argument: a tensor's handle, an integer, a boolean, a string, a `Float`, a list of
 * integers or of tensors, or an optional (`null` or `Some`).
 */
export type Arg =
  | Pointer
  | number
  | boolean
  | string
  | Float
  | Some
  | null
  | readonly number[]
  | readonly Pointer[];

export const float = (value: number): Float => new Float(value);
export const some = (value: Arg): Some => new Some(value);

/** A call of a C function with tensors, which writes its result to `out` if it has one. */
export type Direct = (out: BigUint64Array, ...handles: Pointer[]) => number;
