/** A race: each lane is a run of training in a worker of its own, from the same seed, on the same batches. */
import { computed, effect, signal } from '@preact/signals';
import { checkOptions, runOptions } from 'receptive/catalog';
import { surroundings } from '../forms/surroundings.js';
import { Trainer } from '../training/trainer.js';
import { here } from '../work/here.js';
import type { Lane } from './lanes.js';
import { kernelsOfStep, type LaneReport, type LaneState, type RaceOrder, type RaceReport } from './report.js';

/** Milliseconds between two looks at the lanes: drawing takes time from those that race. */
const pause = 200;

export class Race {
  readonly isOn = signal(false);
  /** All that there is so far. */
  readonly report = signal<RaceReport | null>(null);
  /** The labels of those that have ended, in the order in which they did. */
  readonly ended = signal<readonly string[]>([]);
  #racers: readonly Racer[] = [];

  /** Ends when all lanes have. */
  async start(order: RaceOrder): Promise<void> {
    const racers = order.lanes.map((lane) => new Racer(lane, order));
    const environment = here();
    const look = () => {
      const { lanes: _, ...choices } = order;
      const lanes = racers.map((racer) => racer.report());
      this.report.value = { format: 'receptive race', version: 1, environment, ...choices, lanes };
    };
    const run = async (racer: Racer) => {
      await racer.run();
      look();
      if (racer.state.value !== 'stopped') this.ended.value = [...this.ended.value, racer.lane.label];
    };
    this.#racers = racers;
    this.ended.value = [];
    this.isOn.value = true;
    look();
    const looking = setInterval(look, pause);
    if (order.together) await Promise.all(racers.map(run));
    else for (const racer of racers) await run(racer);
    clearInterval(looking);
    this.isOn.value = false;
  }

  /** Each lane keeps the steps that it has taken. */
  stop(): void {
    for (const racer of this.#racers) racer.isStopped.value = true;
  }
}

class Racer {
  readonly isStopped = signal(false);
  readonly #trainer = new Trainer();
  readonly state = computed<LaneState>(() => {
    const { steps, state } = this.#trainer;
    if (steps.value.length >= this.order.steps) return 'done';
    if (state.value === 'failed') return 'failed';
    if (this.isStopped.value || state.value === 'done') return 'stopped';
    if (state.value === 'idle') return 'waiting';
    return state.value === 'loading' ? 'loading' : 'racing';
  });

  constructor(
    readonly lane: Lane,
    private readonly order: RaceOrder,
  ) {}

  async run(): Promise<void> {
    if (this.isStopped.value) return;
    const { model, batchSize, seed, profile } = this.order;
    const { backend, threads } = this.lane;
    this.#trainer.start({
      options: checkOptions(runOptions, { model, batchSize, seed }),
      epochs: 1,
      backend,
      threads,
      files: null,
      checkpoint: null,
      keep: null,
      profile,
    });
    let leave = () => {};
    await new Promise<void>((resolve) => {
      leave = effect(() => {
        if (['done', 'failed', 'stopped'].includes(this.state.value)) resolve();
      });
    });
    leave();
    // It trains on to the end of the epoch otherwise.
    this.#trainer.end();
  }

  report(): LaneReport {
    const { steps, times, kernels, failure } = this.#trainer;
    const found = surroundings.value?.backends.find(({ name }) => name === this.lane.backend);
    const first = <T>(values: readonly T[]) => values.slice(0, this.order.steps);
    return {
      ...this.lane,
      state: this.state.value,
      adapter: found?.description?.adapter ?? null,
      failure: failure.value,
      losses: first(steps.value).map(({ loss }) => loss),
      times: first(times.value),
      kernels: kernelsOfStep(kernels.value, steps.value.length),
    };
  }
}
