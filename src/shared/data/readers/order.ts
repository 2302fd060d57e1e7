/**
 * Values of an array in C order, last axis fastest.
 *
 * @param shape sizes of the axes, as they are meant
 * @param fortran whether the first axis is the fastest in `values`
 * @returns the same values where there is nothing to do
 */
export function rowMajor<T extends ArrayLike<number>>(
  values: T,
  shape: readonly number[],
  fortran: boolean,
): T | Float64Array {
  if (!fortran || shape.length < 2) return values;
  const result = new Float64Array(values.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
