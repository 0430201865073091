/** A run of training that may be paused, looked into and told another learning rate. What it computes is what `receptive train` would. */
import { Checkpoint, fit, nn, type StepRecord, safetensors } from 'receptive';
import { describeBackend } from 'receptive/measure';
import { inside } from './inside.js';
import { setLr } from './learningRate.js';
import type { RunOrder, TrainingNews, TrainingOrder } from './messages.js';
import { type Prepared, prepare } from './prepare.js';
import { Speed } from './speed.js';
import { tested } from './tested.js';

/** Milliseconds between two messages about steps. */
const pause = 33;

/** Minutes between two checkpoints, where the browser keeps them. */
const keepMinutes = 1 / 3;

type Tell = (news: TrainingNews, transfer?: Transferable[]) => void;

/** `step`: one more, and then it's shut. `testing`: the step was the last of its epoch, and the test behind it belongs to it. */
type Gate = 'open' | 'shut' | 'step' | 'testing';

export class Run {
  #gate: Gate = 'open';
  #opened = () => {};
  /** The run as it was when it was last saved. */
  #saved: Uint8Array | null;
  #step: number;
  #isPaused = false;
  /** What was asked for, to be done between two steps. */
  readonly #asked: (() => Promise<void>)[] = [];
  #answering: Promise<void> | null = null;
  #filesWanted = 0;
  #watched: { readonly index: number; readonly every: number } | null = null;
  readonly #steps: StepRecord[] = [];
  #told = 0;
  readonly #speed = new Speed();

  private constructor(
    private readonly order: RunOrder,
    private readonly made: Prepared,
    private readonly tell: Tell,
  ) {
    this.#saved = order.checkpoint;
    this.#step = made.checkpoint?.position.step ?? 0;
  }

  static async start(order: RunOrder, site: string, tell: Tell): Promise<Run> {
    return new Run(order, await prepare(order, site, (loading) => tell({ loading })), tell);
  }

  /** To the end of the run. */
  async train(): Promise<void> {
    this.#tellStarted();
    let { checkpoint } = this.made;
    for (;;) {
      const ended = await this.#fit(checkpoint);
      this.#tellSteps();
      if (ended !== 'interrupted') {
        this.#isPaused = true;
        await this.#answer();
        this.tell({ done: { ended } });
        return;
      }
      this.#isPaused = true;
      await this.#answer();
      this.tell({ paused: true });
      await this.#isOpened();
      this.#isPaused = false;
      checkpoint = await Checkpoint.decode(this.#saved!, 'the paused run');
    }
  }

  hear(order: Exclude<TrainingOrder, { start: RunOrder }>): void {
    if ('go' in order) this.#set(order.go ? 'open' : 'shut');
    else if ('step' in order) this.#set('step');
    else if ('lr' in order) setLr(this.made.recipe, order.lr);
    else if ('watch' in order) {
      this.#watched = order.watch;
      if (order.watch) this.#ask(() => this.#look());
    } else if ('test' in order) this.#ask(async () => this.tell({ test: await tested(this.made, this.#step) }));
    else if (order.save === 'weights') this.#ask(() => this.#tellWeights());
    else this.#wantCheckpoint();
  }

  async #fit(resume: Checkpoint | null) {
    const { model, recipe, loader, testBatches, options, epochs, classes } = this.made;
    const run = this;
    const { optimizer, fit: how } = recipe;
    if (this.#gate === 'step' && resume?.position.stepInEpoch === loader.length) this.#gate = 'testing';
    this.#speed.start();
    const { ended } = await fit(model, optimizer, loader, {
      epochs,
      ...how,
      validation: testBatches,
      checkpoints: { save: (name, bytes) => this.#save(name, bytes) },
      get checkpointMinutes() {
        return run.#filesWanted > 0 ? 0 : run.order.keep ? keepMinutes : undefined;
      },
      about: { ...options, epochs, ...(options.data === 'folder' && { classes }) },
      resume: resume ?? undefined,
      signal: {
        get aborted() {
          return run.#gate === 'shut' || run.#gate === 'step';
        },
      },
      onStep: (record) => this.#note(record),
      onEpoch: async (epoch) => {
        this.#tellSteps();
        this.tell({ epoch });
        if (this.#gate === 'testing') this.#gate = 'shut';
        await this.#answer();
        this.#speed.start();
      },
    });
    return ended;
  }

  #tellStarted(): void {
    const { model, options, epochs, classes, training, test, loader, backend, checkpoint, images } = this.made;
    const { layers } = nn.summary(model, [1, ...images.shape]);
    this.tell({
      started: {
        options,
        stepsPerEpoch: loader.length,
        epochs,
        classes,
        shape: images.shape,
        trainingImages: training.length,
        testImages: test.length,
        layers: layers.map((layer) => ({ ...layer })),
        backend: describeBackend(backend).label,
        history: checkpoint?.epochs ?? [],
        step: this.#step,
      },
    });
  }

  async #note(record: StepRecord): Promise<void> {
    this.#step = record.step;
    if (this.#gate === 'step' && record.stepInEpoch === record.stepsPerEpoch) this.#gate = 'testing';
    this.#speed.add(record.images);
    this.#steps.push(record);
    if (performance.now() - this.#told >= pause) this.#tellSteps();
    const { index, every } = this.#watched ?? { index: -1, every: Number.POSITIVE_INFINITY };
    if (index >= 0 && record.step % every === 0 && !this.#asked.length) this.#asked.push(() => this.#look());
    if (this.#asked.length === 0) return;
    await this.#answer();
    this.#speed.start();
  }

  #tellSteps(): void {
    this.#told = performance.now();
    if (this.#steps.length === 0) return;
    this.tell({ steps: this.#steps.splice(0), imagesPerSecond: this.#speed.imagesPerSecond });
  }

  async #look(): Promise<void> {
    if (!this.#watched) return;
    this.tell({ inside: await inside(this.made, this.#watched.index, this.#step) });
  }

  async #tellWeights(): Promise<void> {
    const state = this.made.model.stateDict();
    const bytes = await safetensors.save(state, { metadata: { format: 'pt' } });
    for (const tensor of Object.values(state)) tensor.release();
    this.#tellFile('weights', bytes);
  }

  #wantCheckpoint(): void {
    if (this.#isPaused && this.#saved) this.#tellFile('checkpoint', this.#saved);
    else this.#filesWanted++;
  }

  #tellFile(what: string, bytes: Uint8Array): void {
    this.tell({ file: { name: `${this.made.options.model}-${this.#step}-${what}.safetensors`, bytes } });
  }

  async #save(name: 'last' | 'best', bytes: Uint8Array): Promise<void> {
    if (name === 'best') return;
    this.#saved = bytes;
    for (; this.#filesWanted > 0; this.#filesWanted--) this.#tellFile('checkpoint', bytes);
  }

  /** Does it between two steps: at once where nothing is trained. */
  #ask(work: () => Promise<void>): void {
    this.#asked.push(work);
    if (this.#isPaused) void this.#answer();
  }

  /** One at a time: they share the network. */
  #answer(): Promise<void> {
    this.#answering ??= (async () => {
      try {
        for (let work = this.#asked.shift(); work; work = this.#asked.shift()) await work();
      } finally {
        this.#answering = null;
      }
    })();
    return this.#answering;
  }

  #set(gate: Gate): void {
    this.#gate = gate;
    if (gate !== 'shut') this.#opened();
  }

  async #isOpened(): Promise<void> {
    if (this.#gate === 'step') this.#gate = 'shut';
    if (this.#gate === 'shut') {
      await new Promise<void>((resolve) => {
        this.#opened = resolve;
      });
    }
    await this.#answering;
  }
}
