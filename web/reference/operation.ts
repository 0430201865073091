/** Which of Learn's figures shows what a name of the package computes. */
import { operations } from '../learn/examples.js';
import type { OperationElement } from '../learn/figureOf.js';

/** What is called otherwise than its operation, and how its figure differs. */
const others: Readonly<Record<string, readonly [OperationElement, Readonly<Record<string, string>>?]>> = {
  'nn.CrossEntropyLoss': ['crossentropy'],
  'nn.ZeroPad2d': ['pad'],
  'nn.ReflectionPad2d': ['pad', { mode: 'reflect' }],
  'nn.ReplicationPad2d': ['pad', { mode: 'replicate' }],
  'nn.CircularPad2d': ['pad', { mode: 'circular' }],
  'optim.AdamW': ['adam', { decoupled: 'true', weightdecay: '0.1' }],
  'optim.clipGradNorm': ['clipgrad'],
};

/** The figure of `functional.conv2d`, `nn.Conv2d`, `optim.SGD` or `Tensor.add`, with its attributes. Null: it has none. */
export function figureFor(
  name: string,
): { readonly element: OperationElement; readonly attributes: Readonly<Record<string, string>> } | null {
  const own = /^(?:functional|nn|optim|Tensor)\.(\w+)$/.exec(name)?.[1].toLowerCase() as OperationElement | undefined;
  const [element, attributes] = others[name] ?? [own];
  if (!element || !Object.hasOwn(operations, element)) return null;
  return { element, attributes: { ...operations[element], ...attributes } };
}
