/**
 * ONNX: a network as a graph of operations, with its weights. A file is one protobuf message; these are the fields of it that are
 * written or looked at.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, https://onnx.ai/onnx/repo-docs/IR.html
 */
import { FormatError } from './error.js';
import { decodeMessage, encodeMessage, type Message, type ReadMessage } from './protobuf.js';

/** Types of a tensor's elements. */
export const FLOAT = 1;
export const INT64 = 7;
/** Where a tensor's elements are, if not in the file. */
export const EXTERNAL = 1;
/** Types of an attribute. */
export const attributeTypes = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7 } as const;

const entry = { key: [1, 'string'], value: [2, 'string'] } as const;

const tensor = {
  dims: [1, 'int', 'repeated'],
  dataType: [2, 'int'],
  floatData: [4, 'float', 'repeated'],
  int64Data: [7, 'int', 'repeated'],
  name: [8, 'string'],
  rawData: [9, 'bytes'],
  externalData: [13, entry, 'repeated'],
  dataLocation: [14, 'int'],
} as const;

const attribute = {
  name: [1, 'string'],
  f: [2, 'float'],
  i: [3, 'int'],
  s: [4, 'bytes'],
  t: [5, tensor],
  floats: [7, 'float', 'repeated'],
  ints: [8, 'int', 'repeated'],
  type: [20, 'int'],
} as const;

const node = {
  input: [1, 'string', 'repeated'],
  output: [2, 'string', 'repeated'],
  name: [3, 'string'],
  opType: [4, 'string'],
  attribute: [5, attribute, 'repeated'],
  domain: [7, 'string'],
} as const;

const dimension = { dimValue: [1, 'int'], dimParam: [2, 'string'] } as const;
const shape = { dim: [1, dimension, 'repeated'] } as const;
const type = { tensorType: [1, { elemType: [1, 'int'], shape: [2, shape] }] } as const;
const value = { name: [1, 'string'], type: [2, type] } as const;

const graph = {
  node: [1, node, 'repeated'],
  name: [2, 'string'],
  initializer: [5, tensor, 'repeated'],
  input: [11, value, 'repeated'],
  output: [12, value, 'repeated'],
  sparseInitializer: [15, 'bytes', 'repeated'],
} as const;

const model = {
  irVersion: [1, 'int'],
  producerName: [2, 'string'],
  producerVersion: [3, 'string'],
  graph: [7, graph],
  opsetImport: [8, { domain: [1, 'string'], version: [2, 'int'] }, 'repeated'],
  metadataProps: [14, entry, 'repeated'],
  trainingInfo: [20, 'bytes', 'repeated'],
  functions: [25, 'bytes', 'repeated'],
} as const;

export type OnnxModel = Message<typeof model>;
export type OnnxNode = Message<typeof node>;
export type OnnxTensor = Message<typeof tensor>;
export type OnnxAttribute = Message<typeof attribute>;
export type OnnxValue = Message<typeof value>;
export type ReadOnnxModel = ReadMessage<typeof model>;
export type ReadOnnxGraph = ReadMessage<typeof graph>;
export type ReadOnnxNode = ReadMessage<typeof node>;
export type ReadOnnxTensor = ReadMessage<typeof tensor>;
export type ReadOnnxAttribute = ReadMessage<typeof attribute>;
export type ReadOnnxValue = ReadMessage<typeof value>;

/** Protobuf's own limit, which readers hold a file to. */
const MOST_BYTES = 2 ** 31 - 1;

/** The bytes of a file. Throws a FormatError if they would be more than a protobuf message may have. */
export function encodeOnnx(message: OnnxModel): Uint8Array<ArrayBuffer> {
  const weights = (message.graph?.initializer ?? []).reduce((sum, { rawData }) => sum + (rawData?.length ?? 0), 0);
  if (weights > MOST_BYTES - 2 ** 24)
    throw new FormatError(`onnx: weights of ${weights} bytes are too many for a file of 2 GiB`);
  return encodeMessage(model, message);
}

/** The message of a file. `where` begins the FormatError that is thrown if it isn't one. */
export function decodeOnnx(bytes: Uint8Array, where: string): ReadOnnxModel {
  return decodeMessage(model, bytes, where);
}
