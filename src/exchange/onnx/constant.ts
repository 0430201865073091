/** Numbers in an ONNX file as values. */
import { EXTERNAL, FLOAT, FormatError, INT64, type ReadOnnxTensor } from '../../formats/index.js';
import { formatShape, numel, type Shape } from '../../ops/shape.js';
import type { NodeReader } from './nodeReader.js';
import { Constant, type Integers } from './values.js';

/** What a Constant node is. */
export function constantOf(node: NodeReader): Constant | Integers {
  const tensor = node.tensor('value');
  if (tensor) return valuesOf(tensor);
  const [float, floats] = [node.float('value_float', Number.NaN), node.floats('value_floats')];
  const [integer, integers] = [node.int('value_int', Number.NaN), node.ints('value_ints')];
  if (!Number.isNaN(float)) return new Constant(Float32Array.of(float), []);
  if (floats) return new Constant(Float32Array.from(floats), [floats.length]);
  if (!Number.isNaN(integer)) return { integers: [integer], shape: [] };
  if (integers) return { integers, shape: [integers.length] };
  return node.refuse('it has no value');
}

/** A tensor of the file. Throws a FormatError unless it has exactly the elements that its shape says, of float or int64, in the file
 *  itself. */
export function valuesOf({
  dims,
  dataType,
  floatData,
  int64Data,
  rawData,
  ...rest
}: ReadOnnxTensor): Constant | Integers {
  if (rest.dataLocation === EXTERNAL || rest.externalData.length > 0) {
    throw new FormatError("its data are in another file, which isn't supported");
  }
  if (dataType !== FLOAT && dataType !== INT64) {
    throw new FormatError(
      `its elements are of type ${dataType ?? 'none'}, but only float (1) and int64 (7) are supported`,
    );
  }
  const count = numel(checkedDims(dims));
  const bytes = dataType === FLOAT ? 4 : 8;
  const has = rawData ? rawData.length / bytes : dataType === FLOAT ? floatData.length : int64Data.length;
  if (has !== count) throw new FormatError(`its shape ${formatShape(dims)} has ${count} elements, but its data ${has}`);
  // A copy of its own: a file's data needn't lie where arrays of numbers may begin.
  const raw = rawData?.slice().buffer;
  if (dataType === FLOAT) return new Constant(raw ? new Float32Array(raw) : Float32Array.from(floatData), dims);
  if (dims.length > 1)
    throw new FormatError(`it is int64 ${formatShape(dims)}, but whole numbers are supported in lists only`);
  return { integers: raw ? Array.from(new BigInt64Array(raw), Number) : int64Data, shape: dims };
}

function checkedDims(dims: Shape): Shape {
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(numel(dims))) {
    throw new FormatError(
      `its shape ${formatShape(dims.slice(0, 8))} isn't one of sizes ≥ 0 whose product is below 2^53`,
    );
  }
  return dims;
}
