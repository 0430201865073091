/** What every optimizer has: groups of parameters with their options, and a state for each parameter. */

import { REMEDY, warnOfStranger } from '../nn/hidden.js';
import { kindOf } from '../nn/kind.js';
import { clearGrad } from '../nn/module.js';
import { Parameter } from '../nn/parameter.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, ShapeError, sameShape } from '../ops/shape.js';
import { noGrad } from '../tensor/gradMode.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { newArray } from '../tensor/tensorBackend.js';

/** Parameters with options of their own. Options that are left out are the optimizer's. */
export type ParameterGroup<Options> = { readonly params: readonly Tensor[] } & Partial<Options>;

/** What an optimizer remembers of one parameter. */
export interface ParameterState {
  /** Steps taken. */
  step: number;
  /** Running averages and the like, each of the parameter's shape. */
  readonly tensors: Record<string, Tensor>;
}

/** All that an optimizer remembers: its groups' options and steps as JSON values, and tensors by the parameter's number and their
 *  name, such as `0.expAvg`. */
export interface OptimizerState {
  readonly groups: readonly Record<string, unknown>[];
  readonly steps: readonly number[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The base of optimizers. Its constructor takes parameters, or groups of them; it throws if there are none, or one twice. One of your
 *  own, of which checkpoints are kept, has a `static readonly kind = '…'`: its name may change when it's minified. */
export abstract class Optimizer<Options extends { lr: number } = { lr: number }> {
  /** Options may be changed between steps, as learning-rate schedules do. */
  readonly paramGroups: ({ readonly params: readonly Tensor[] } & Options)[];
  readonly #defaults: Options;
  readonly #state = new Map<Tensor, ParameterState>();

  constructor(params: readonly Tensor[] | readonly ParameterGroup<Options>[], defaults: Options) {
    const name = kindOf(this);
    if (!Array.isArray(params)) {
      throw new TypeError(
        `${name}: parameters are an array of tensors, such as model.parameters(), or of groups { params, … }`,
      );
    }
    const groups = params.every((item) => item instanceof Tensor)
      ? [{ params: params as readonly Tensor[] } as ParameterGroup<Options>]
      : (params as readonly ParameterGroup<Options>[]);
    this.#defaults = defaults;
    this.paramGroups = [];
    for (const group of groups) this.addParamGroup(group);
    if (this.parameters().length === 0) {
      throw new Error(
        `${name}: there are no parameters to optimize. Layers in #private fields can't be found: ${REMEDY}`,
      );
    }
  }

  /** Trains more parameters from now on, such as those of layers that are no longer frozen. A schedule made before leaves their rate
   *  alone. */
  addParamGroup(group: ParameterGroup<Options>): void {
    const name = kindOf(this);
    const { params } = group;
    if (!Array.isArray(params) || !params.every((param) => param instanceof Tensor)) {
      throw new TypeError(`${name}: a group is { params: [tensors], … }`);
    }
    const known = Object.fromEntries(
      ['params', 'lr', ...Object.keys(this.#defaults)].map((key) => [key, true as const]),
    );
    requireOptions(name, group as Record<string, unknown>, known);
    const all = [...this.parameters(), ...params];
    if (new Set(all).size !== all.length) throw new Error(`${name}: a parameter is given twice`);
    const whole = { ...this.#defaults, ...group };
    this.check(whole);
    this.paramGroups.push(whole);
    for (const param of params) if (param instanceof Parameter) param.isKnown = true;
  }

  /** Refuses options that make no sense. */
  protected abstract check(options: Options): void;
  protected abstract update(param: Tensor, grad: Tensor, options: Options, state: ParameterState): void;

  parameters(): Tensor[] {
    return this.paramGroups.flatMap((group) => group.params);
  }

  /** Forgets all gradients. */
  zeroGrad(): void {
    for (const param of this.parameters()) clearGrad(param);
  }

  /** Updates every parameter that has a gradient, in place. Throws a ShapeError if a gradient isn't of its parameter's shape. */
  step(): void {
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const param of group.params) {
          if (!param.grad) continue;
          const state = this.stateOf(param);
          if (!sameShape(param.shape, param.grad.shape)) {
            throw new ShapeError(
              `${kindOf(this)}: the gradient ${formatShape(param.grad.shape)} isn't of the shape of ${param.describe()}`,
            );
          }
          this.update(param, param.grad, group, state);
          param.storage.changed();
          state.step++;
        }
      }
    });
    warnOfStranger();
  }

  private stateOf(param: Tensor): ParameterState {
    let state = this.#state.get(param);
    if (!state) {
      state = { step: 0, tensors: {} };
      this.#state.set(param, state);
    }
    for (const tensor of Object.values(state.tensors)) tensor.moveTo(param.backend);
    return state;
  }

  /** The tensor of that name in a parameter's state; at first, of the parameter's shape, and all of it `first`. */
  protected stateTensor(state: ParameterState, name: string, param: Tensor, first = 0): Tensor {
    state.tensors[name] ??= fullLike(param, first);
    return state.tensors[name];
  }

  stateDict(): OptimizerState {
    const states = this.parameters().map((param) => this.#state.get(param));
    return {
      groups: this.paramGroups.map(({ params: _, ...options }) => options),
      steps: states.map((state) => state?.step ?? 0),
      tensors: Object.fromEntries(
        states.flatMap((state, i) =>
          Object.entries(state?.tensors ?? {}).map(([name, tensor]) => [`${i}.${name}`, tensor]),
        ),
      ),
    };
  }

  /** Continues where the optimizer that gave `dict` was. Throws, and changes nothing, unless the parameters fit in number, order
   *  and size. */
  loadStateDict(dict: OptimizerState): void {
    const name = kindOf(this);
    const params = this.parameters();
    if (dict.groups.length !== this.paramGroups.length || dict.steps.length !== params.length) {
      throw new Error(
        `${name}.loadStateDict: a state of ${dict.groups.length} groups and ${dict.steps.length} parameters doesn't fit ${this.paramGroups.length} groups and ${params.length} parameters`,
      );
    }
    dict.groups.forEach((options, i) => {
      const strangers = Object.keys(options).filter((option) => !Object.hasOwn(this.paramGroups[i], option));
      if (strangers.length > 0) {
        throw new Error(`${name}.loadStateDict: the state is of another optimizer: it has ${strangers.join(', ')}`);
      }
    });
    const states = params.map((_, i): ParameterState => ({ step: dict.steps[i], tensors: {} }));
    for (const [key, tensor] of Object.entries(dict.tensors)) {
      const [, index, field] = /^(\d+)\.(\w+)$/.exec(key) ?? [];
      const param = params[Number(index)];
      if (!param || tensor.numel !== param.numel) {
        throw new Error(`${name}.loadStateDict: ${key} of ${tensor.describe()} belongs to no parameter here`);
      }
      const copy = fullLike(param, 0);
      copy.assignment(tensor, 'loadStateDict')();
      states[Number(index)].tensors[field] = copy;
    }
    this.paramGroups.forEach((group, i) => {
      this.check({ ...group, ...dict.groups[i] });
    });
    params.forEach((param, i) => {
      this.#state.set(param, states[i]);
    });
    this.paramGroups.forEach((group, i) => {
      Object.assign(group, dict.groups[i]);
    });
  }
}

function fullLike({ backend, dtype, numel, shape }: Tensor, value: number): Tensor {
  return new Tensor(Storage.of(backend, dtype, newArray(dtype, numel).fill(value)), shape).retain();
}

/** Throws a RangeError unless every option is at least 0. */
export function atLeastZero(optimizer: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0)) throw new RangeError(`${optimizer}: ${name} must be at least 0, but is ${value}`);
  }
}
