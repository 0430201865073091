/** How long one kernel call takes on a backend, on one problem of its operation's case. */
import type { Backend } from 'receptive';
import {
  type Argument,
  backwardArguments,
  backwardGiven,
  cases,
  forwardArguments,
  gradientNames,
  type OperationName,
  type Pass,
  type Problem,
} from 'receptive/testing';
import { Bench } from 'tinybench';

type Kernel = (...args: unknown[]) => void;

/** Median milliseconds of a call, its completion included. */
export async function measure(
  backend: Backend,
  operation: OperationName,
  pass: Pass,
  problem: Problem,
  time: number,
): Promise<number> {
  const buffers = callArguments(operation, pass, problem).map((argument) => {
    if (!argument) return null;
    const buffer = backend.allocate(
      argument.values.length,
      argument.values instanceof Int32Array ? 'int32' : 'float32',
    );
    backend.write(buffer, argument.values);
    return buffer;
  });
  const flag = backend.allocate(1, 'float32'); // reading it waits for the calls before
  const kernel = (backend.kernels[operation] as Partial<Record<Pass, Kernel>>)[pass]!;
  const bench = new Bench({ time, warmupTime: time / 5, iterations: 3, warmupIterations: 1, throws: true });
  bench.add(operation, async () => {
    kernel(...buffers, problem.sizes);
    await backend.read(flag);
  });
  const [task] = await bench.run();
  for (const buffer of [...buffers, flag]) if (buffer) backend.free(buffer);
  if (task.result.state !== 'completed') throw new Error(`${operation}: the measurement is ${task.result.state}`);
  return task.result.latency.p50;
}

/** All gradients are asked for. */
function callArguments(operation: OperationName, pass: Pass, problem: Problem): (Argument | null)[] {
  const c = cases[operation];
  if (pass === 'forward') return forwardArguments(c, problem);
  return backwardArguments(c, backwardGiven(c, problem), gradientNames(c, problem));
}
