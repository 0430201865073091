/**
 * The engine under the WebGPU kernels: one device, and a list of commands for it.
 *
 *   kernels      dispatch dispatch write dispatch … read        each returns at once
 *   commands     ──────────────────────────────────────►        sent when JavaScript pauses, or someone reads
 *   the queue    [sizes of all dispatches] [one command buffer]  one upload, one submit
 *
 * So a training step is one submit. A write to a buffer that earlier commands use splits the list in two. A pipeline that isn't
 * compiled yet holds the list back. Meanwhile further commands are listed, so that all pipelines of a first step compile at once.
 */
import type { DeviceBuffer, DType } from '../../tensor/tensorBackend.js';
import { groupsAcross } from '../groupsAcross.js';
import type { DeviceClock, Work } from '../webgpuBackend.js';
import type { WebGPUBuffer } from './buffer.js';
import { Failures } from './failures.js';
import { type Pipeline, Pipelines, sizesBytes } from './pipelines.js';
import { Profiler, timestamps } from './profiler.js';
import type { Program, Sizes } from './program.js';
import { Accounting } from './stats.js';

export interface Dispatch {
  /** The .wgsl file's name without its ending, or a program that isn't of this folder; and the function in it. */
  readonly shader: string | Program;
  readonly entry: string;
  /** Another file that this one needs, where it can be one of several (`// uses`). */
  readonly uses?: string;
  /** By the names that they have in the shader. null: not given, and not used. */
  readonly buffers: Readonly<Record<string, WebGPUBuffer | null>>;
  readonly sizes?: Sizes;
  /** One thread for each element (`element()` in `element.wgsl`), or so many workgroups. */
  readonly threads?: number;
  readonly groups?: readonly [number, number, number];
  /** Written before the text of a shader of this folder as constants, after SUM_THREADS: each combination is a pipeline of its own. */
  readonly constants?: Readonly<Record<string, number>>;
  /** For `stats()`. Default: no flops, and every element of every buffer read or written once. */
  readonly work?: Work;
}

interface Memory {
  allocate(length: number, dtype: DType): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
}

/** Threads of a workgroup where every element has its own. */
export const groupThreads = 256;

type Command =
  | {
      readonly kind: 'dispatch';
      readonly pipeline: Pipeline;
      readonly names: readonly string[];
      readonly buffers: readonly WebGPUBuffer[];
      readonly sizes: DataView;
      readonly groups: readonly [number, number, number];
    }
  | { readonly kind: 'write'; readonly to: GPUBuffer; readonly offset: number; readonly data: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'copy';
      readonly from: GPUBuffer;
      readonly fromOffset: number;
      readonly to: GPUBuffer;
      readonly toOffset: number;
      readonly bytes: number;
      /** Called when it is submitted. */
      readonly submitted?: () => void;
    };

/** Dispatches of one submit, at most. */
const capacity = 512;
/** How many submits the device may be behind before `ready` waits. */
const ahead = 2;

// WebGPU's flags (GPUBufferUsage), which aren't globals on every platform.
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const UNIFORM = 0x40;
const STORAGE = 0x80;

export class Engine {
  readonly accounting = new Accounting();
  /** How many devices were lost before this one. */
  generation = 0;
  #failures!: Failures;
  #pipelines!: Pipelines;
  #sizes!: GPUBuffer;
  /** null unless the device was asked for timestamps. */
  #profiler: Profiler | null = null;
  #profiling = true;
  readonly #sizesData = new Uint8Array(capacity * sizesBytes);
  readonly #none = new Map<string, WebGPUBuffer>();
  readonly #staging = new Map<number, GPUBuffer[]>();
  #commands: Command[] = [];
  #compiling = false;
  #flushScheduled = false;
  #nextId = 0;
  #behind = 0;
  #caughtUp: (() => void)[] = [];

  // What is encoded and not yet submitted.
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #slots = 0;
  #names: string[] = [];
  #touched = new Set<GPUBuffer>();
  #told: (() => void)[] = [];

  /** `memory`: the backend's pool, which hands out buffers and takes them back. */
  constructor(
    public device: GPUDevice,
    private readonly memory: () => Memory,
    /** Whether threads work together through workgroup memory. On a CPU, where it is memory like any other, they don't. */
    readonly sharesMemory: boolean,
  ) {
    this.#start();
  }

  #start(): void {
    const { device } = this;
    this.#failures = new Failures(device);
    this.#pipelines = new Pipelines(device, (message) => this.#failures.add(message));
    this.#sizes = device.createBuffer({ label: 'sizes', size: capacity * sizesBytes, usage: UNIFORM | COPY_DST });
    const took = (kernel: string, milliseconds: number) => this.accounting.took(kernel, milliseconds);
    this.#profiler = device.features.has(timestamps) ? new Profiler(device, capacity, took) : null;
  }

  /** Goes on with a new device after the loss of the last one. `buffers` get new memory there, whose content is undefined. */
  restart(device: GPUDevice, buffers: Iterable<WebGPUBuffer>): void {
    this.device = device;
    this.generation++;
    this.#none.clear();
    this.#staging.clear();
    this.#commands = [];
    this.#compiling = false;
    this.#behind = 0;
    this.#discard();
    this.#start();
    for (const buffer of buffers) this.#withMemory(buffer);
  }

  /** Whether shaders may use subgroups. */
  get hasSubgroups(): boolean {
    return this.device.features.has('subgroups');
  }

  /** Threads of a workgroup that sums together. On a CPU, which goes through all threads between two barriers, only as many as it
   *  computes at once. */
  get sumThreads(): number {
    return this.sharesMemory ? groupThreads : 4;
  }

  /** Whether dispatches are timed. */
  get profiling(): boolean {
    return this.#profiler !== null && this.#profiling;
  }

  set profiling(on: boolean) {
    this.#profiling = on;
  }

  resetStats(): void {
    this.accounting.reset();
    this.#profiler?.reset();
  }

  deviceClock(): DeviceClock | null {
    return this.#profiler?.clock() ?? null;
  }

  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  /** Workgroups in x at most. */
  get groupsAcross(): number {
    return groupsAcross(this.limits.maxComputeWorkgroupsPerDimension);
  }

  createBuffer(length: number, dtype: 'float32' | 'int32'): WebGPUBuffer {
    const byteLength = length * 4;
    const bindingBytes = Math.max(1, Math.ceil(length / 4)) * 16; // whole vectors, for shaders that read them
    const { maxBufferSize } = this.limits;
    if (bindingBytes > maxBufferSize) {
      throw new Error(`it would need ${byteLength} bytes, and this adapter's buffers end at ${maxBufferSize}`);
    }
    const buffer = { id: this.#nextId++, offset: 0, bindingBytes, length, byteLength, dtype, purpose: null };
    return this.#withMemory(buffer);
  }

  #withMemory(buffer: Omit<WebGPUBuffer, 'gpu'>): WebGPUBuffer {
    const { length, dtype, bindingBytes } = buffer;
    const what = () => `${buffer.purpose ?? 'a buffer'} needs ${bindingBytes} bytes (${length} ${dtype})`;
    return Object.assign(buffer, { gpu: this.#create(what, bindingBytes, STORAGE | COPY_SRC | COPY_DST) });
  }

  /** The part of a buffer that begins at `offset` bytes (a multiple of 256). A shader can also reach what is behind the part. */
  view(whole: WebGPUBuffer, offset: number, length: number): WebGPUBuffer {
    const bindingBytes = whole.bindingBytes - offset;
    return { ...whole, id: this.#nextId++, offset, bindingBytes, length, byteLength: length * 4 };
  }

  #create(what: () => string, size: number, usage: number): GPUBuffer {
    const buffer = this.#failures.watch(what, () => this.device.createBuffer({ size, usage }));
    this.accounting.counts.buffersCreated++;
    this.accounting.counts.bytesAllocated += size;
    return buffer;
  }

  destroyBuffer({ gpu }: WebGPUBuffer): void {
    this.#pipelines.forgetGroups();
    this.flush();
    gpu.destroy();
  }

  /** Runs a shader's entry point, after all that was asked before. */
  run({ shader, entry, uses, buffers, sizes = {}, threads, groups, constants = {}, work }: Dispatch): void {
    this.#failures.check();
    const isOurs = typeof shader === 'string';
    const name = `${isOurs ? shader : shader.name}.${entry}`;
    const workgroups = groups ?? this.#groupsFor(threads ?? 0);
    if (workgroups.some((count) => count === 0)) return;
    this.#checkLimits(name, workgroups, buffers);
    const program = isOurs ? this.#pipelines.program(shader, uses) : shader;
    const names = Object.keys(buffers);
    const before = isOurs ? { SUM_THREADS: this.sumThreads, ...constants } : {};
    const pipeline = this.#pipelines.get(program, entry, names, before);
    for (const binding of names) {
      const buffer = buffers[binding];
      if (buffer) buffer.purpose ??= `${name}: ${binding}`;
    }
    const data = new DataView(new ArrayBuffer(sizesBytes));
    program.write(data, sizes);
    this.accounting.dispatched(name, work ?? touchesOnce(buffers));
    this.#push({
      kind: 'dispatch',
      pipeline,
      names,
      buffers: names.map((binding) => buffers[binding] ?? this.#nothing(binding)),
      sizes: data,
      groups: workgroups,
    });
  }

  /** The grid of workgroups for one thread an element: one row, or several where one can't hold them. */
  #groupsFor(threads: number): readonly [number, number, number] {
    const groups = Math.ceil(threads / groupThreads);
    const across = Math.min(groups, this.groupsAcross);
    return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
  }

  /** Throws if a dispatch is beyond the adapter's limits. WebGPU itself would report that later, without the kernel's name. */
  #checkLimits(name: string, groups: readonly number[], buffers: Dispatch['buffers']): void {
    const { maxComputeWorkgroupsPerDimension: most, maxStorageBufferBindingSize: largest } = this.limits;
    if (groups.some((count) => count > most)) {
      throw new Error(
        `${name}: ${groups.join(' x ')} workgroups are more than this adapter's ${most} in a dimension; use a smaller batch`,
      );
    }
    for (const [binding, buffer] of Object.entries(buffers)) {
      if (buffer && buffer.bindingBytes > largest) {
        throw new Error(
          `${name}: ${binding} has ${buffer.byteLength} bytes, and this adapter's shaders see ${largest} at most; use a smaller batch`,
        );
      }
    }
  }

  /** A buffer for intermediate results of the kernels that `use` calls. It returns to the pool at once: what gets it next is
   *  dispatched after them. */
  temporary(length: number, use: (buffer: WebGPUBuffer) => void): void {
    const buffer = this.memory().allocate(length, 'float32') as WebGPUBuffer;
    try {
      use(buffer);
    } finally {
      this.memory().free(buffer);
    }
  }

  /** The buffer that is bound where none is given. There is one for each name, since no two bindings may write the same buffer. */
  #nothing(name: string): WebGPUBuffer {
    let none = this.#none.get(name);
    if (!none) {
      none = this.createBuffer(4, 'float32');
      this.#none.set(name, none);
    }
    return none;
  }

  write({ gpu, offset }: WebGPUBuffer, values: Float32Array | Int32Array | Uint32Array): void {
    this.#failures.check();
    if (values.length === 0) return;
    const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
    this.accounting.counts.bytesUploaded += bytes.length;
    if (this.#commands.length === 0 && !this.#touched.has(gpu)) this.device.queue.writeBuffer(gpu, offset, bytes);
    else this.#push({ kind: 'write', to: gpu, offset, data: bytes.slice() });
  }

  /** Copies `bytes` (a multiple of 4), after all that was asked before. */
  copy(from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number): void {
    this.#push({ kind: 'copy', from, fromOffset, to, toOffset, bytes });
  }

  async read({ gpu, offset, byteLength }: Pick<WebGPUBuffer, 'gpu' | 'offset' | 'byteLength'>): Promise<ArrayBuffer> {
    this.#failures.check();
    if (byteLength === 0) return new ArrayBuffer(0);
    this.accounting.counts.bytesRead += byteLength;
    const staging =
      this.#staging.get(byteLength)?.pop() ??
      this.#create(() => `reading ${byteLength} bytes`, byteLength, MAP_READ | COPY_DST);
    const submitted = new Promise<void>((resolve) => {
      this.#push({
        kind: 'copy',
        from: gpu,
        fromOffset: offset,
        to: staging,
        toOffset: 0,
        bytes: byteLength,
        submitted: resolve,
      });
    });
    this.flush();
    await Promise.race([submitted, this.#failures.lost]);
    await this.#failures.orElse(staging.mapAsync(1)); // GPUMapMode.READ
    const content = staging.getMappedRange().slice(0);
    staging.unmap();
    const pool = this.#staging.get(byteLength);
    if (pool) pool.push(staging);
    else this.#staging.set(byteLength, [staging]);
    await this.#profiler?.settled();
    await this.#failures.settled();
    return content;
  }

  /** Waits until the device is at most a few submits behind. A loop that never reads would otherwise run far ahead of it. */
  async ready(): Promise<void> {
    this.flush();
    while (this.#behind > ahead && !this.#failures.isLost) {
      await Promise.race([new Promise<void>((resolve) => this.#caughtUp.push(resolve)), this.#failures.lost]);
    }
    this.#failures.check();
  }

  #push(command: Command): void {
    this.#commands.push(command);
    if (this.#commands.length >= capacity) this.flush();
    else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      queueMicrotask(() => {
        this.#flushScheduled = false;
        this.flush();
      });
    }
  }

  /** Submits the list. If a pipeline isn't compiled yet, all of the list waits until it is. */
  flush(): void {
    if (this.#compiling || this.#commands.length === 0 || this.#failures.isLost) return;
    const commands = this.#commands;
    const waiting = commands.filter((c) => c.kind === 'dispatch' && !c.pipeline.compiled) as { pipeline: Pipeline }[];
    if (waiting.length > 0) {
      this.#compiling = true;
      void Promise.all(waiting.map(({ pipeline }) => pipeline.compiling)).then(() => {
        this.#compiling = false;
        // If one doesn't compile, the next call throws. The list is dropped: what comes after would compute wrong numbers.
        if (waiting.some(({ pipeline }) => !pipeline.compiled)) this.#drop();
        else this.flush();
      });
      return;
    }
    this.#commands = [];
    for (const command of commands) this.#encode(command);
    this.#submit();
  }

  #drop(): void {
    for (const command of this.#commands) if (command.kind === 'copy') command.submitted?.();
    this.#commands = [];
  }

  #encode(command: Command): void {
    if (command.kind === 'write') {
      // The queue does a write before everything that is submitted later, so earlier commands are submitted first.
      if (this.#touched.has(command.to)) this.#submit();
      this.device.queue.writeBuffer(command.to, command.offset, command.data);
      return;
    }
    this.#encoder ??= this.#begin();
    if (command.kind === 'copy') {
      this.#endPass();
      this.#encoder.copyBufferToBuffer(command.from, command.fromOffset, command.to, command.toOffset, command.bytes);
      this.#touched.add(command.from).add(command.to);
      if (command.submitted) this.#told.push(command.submitted);
      return;
    }
    const { pipeline, names, buffers, sizes, groups } = command;
    if (this.#slots === capacity) {
      this.#submit();
      this.#encoder = this.#begin();
    }
    const slot = this.#slots++ * sizesBytes;
    this.#sizesData.set(new Uint8Array(sizes.buffer), slot);
    this.#pass ??= this.#encoder.beginComputePass(this.profiling ? this.#profiler?.time(pipeline.name) : undefined);
    this.#pass.setPipeline(pipeline.compiled!);
    this.#pass.setBindGroup(0, this.#pipelines.group(pipeline, names, buffers, this.#sizes), [slot]);
    this.#pass.dispatchWorkgroups(...groups);
    if (this.profiling) this.#endPass();
    this.#names.push(pipeline.name);
    for (const { gpu } of buffers) this.#touched.add(gpu);
  }

  #begin(): GPUCommandEncoder {
    this.#failures.begin();
    return this.device.createCommandEncoder();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
  }

  #submit(): void {
    if (!this.#encoder) return;
    this.#endPass();
    const collected = this.#profiler?.collect(this.#encoder);
    const commands = this.#encoder.finish();
    if (this.#slots > 0) this.device.queue.writeBuffer(this.#sizes, 0, this.#sizesData, 0, this.#slots * sizesBytes);
    this.device.queue.submit([commands]);
    collected?.();
    this.accounting.counts.submits++;
    const names = this.#names;
    this.#failures.end(() => `a submit of ${summary(names)}`);
    this.#behind++;
    const { generation } = this;
    const done = () => {
      if (generation === this.generation) this.#done();
    };
    this.device.queue.onSubmittedWorkDone().then(done, done);
    for (const tell of this.#told) tell();
    this.#discard();
  }

  /** Drops what is encoded and not submitted. */
  #discard(): void {
    this.#encoder = null;
    this.#pass = null;
    this.#slots = 0;
    this.#names = [];
    this.#touched = new Set();
    this.#told = [];
  }

  #done(): void {
    this.#behind--;
    for (const resolve of this.#caughtUp.splice(0)) resolve();
  }

  async stop(): Promise<void> {
    if (!this.#failures.isLost) await this.device.queue.onSubmittedWorkDone().catch(() => {});
    this.#failures.expectLoss();
    this.device.destroy();
  }
}

function touchesOnce(buffers: Dispatch['buffers']): Work {
  let bytes = 0;
  for (const buffer of Object.values(buffers)) bytes += buffer?.byteLength ?? 0;
  return { flops: 0, bytes };
}

function summary(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return distinct.length > 6 ? `${distinct.slice(0, 6).join(', ')} and others` : distinct.join(', ');
}
