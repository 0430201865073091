/** The WebGPU backend: the shaders of this folder, on the GPU of this machine. */

import { numel } from '../../ops/shape.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import type { DType, Parked, TypedArray } from '../../tensor/tensorBackend.js';
import { Backend, type ByteImages } from '../backend.js';
import type { AdapterDescription } from '../environment.js';
import type { DeviceClock, Shader, WebGPUBackend, WebGPUOptions, WebGPUStats } from '../webgpuBackend.js';
import type { WebGPUBuffer } from './buffer.js';
import { Engine } from './engine.js';
import { webgpuKernels } from './kernels.js';
import { Parking } from './parking.js';
import { peakKernels } from './peak.js';
import type { WebGPUPlatform } from './platform.js';
import { timestamps } from './profiler.js';
import { Program } from './program.js';

export class GPUBackend extends Backend implements WebGPUBackend {
  override readonly name = 'webgpu';
  override readonly dtypes = ['float32', 'int32'] as const;
  override readonly unitRoundoff = 2 ** -23; // WGSL leaves the rounding open
  override readonly kernels;
  override readonly peakKernels;
  readonly #engine: Engine;

  #parking: Parking;

  private constructor(
    device: GPUDevice,
    readonly adapterInfo: AdapterDescription,
    shareMemory: boolean,
    private readonly profile: boolean | undefined,
    private readonly platform: WebGPUPlatform,
  ) {
    super();
    this.#engine = new Engine(device, () => this, shareMemory);
    this.#parking = new Parking(this.#engine);
    this.kernels = webgpuKernels(this.#engine);
    this.peakKernels = peakKernels(this.#engine);
  }

  /** `onGpuOnly`: throws on an adapter that computes on the CPU, where 'wasm' is many times faster. */
  static async create(
    options: WebGPUOptions,
    platform: WebGPUPlatform,
    { onGpuOnly = false } = {},
  ): Promise<GPUBackend> {
    const { device, info } = await newDevice(platform, options.profile);
    if (onGpuOnly && computesOnCpu(info)) {
      device.destroy();
      throw new Error(`backend 'webgpu': the only adapter, ${info.description || info.vendor}, computes on the CPU`);
    }
    const about = describe(info);
    return new GPUBackend(device, about, options.shareMemory ?? !about.computesOnCpu, options.profile, platform);
  }

  get adapter(): string {
    const { description, device, vendor } = this.adapterInfo;
    return description || device || vendor || 'unknown';
  }

  get profiling(): boolean {
    return this.#engine.profiling;
  }

  set profiling(on: boolean) {
    this.#engine.profiling = on;
  }

  deviceClock(): DeviceClock | null {
    return this.#engine.deviceClock();
  }

  stats(): WebGPUStats {
    return this.#engine.accounting.report();
  }

  resetStats(): void {
    this.#engine.resetStats();
  }

  shader(code: string, name = 'own'): Shader {
    const program = new Program(name, code);
    return {
      run: (entry, { buffers, sizes, threads, groups }) => {
        if ((threads === undefined) === (groups === undefined)) {
          throw new TypeError(`${name}.${entry}: say how many threads, or how many groups`);
        }
        const own = buffers as Readonly<Record<string, WebGPUBuffer | null>>;
        this.#engine.run({ shader: program, entry, buffers: own, sizes, threads, groups });
      },
    };
  }

  /** What is behind it stays in a shader's reach. */
  override view(buffer: WebGPUBuffer, from: number, length: number): WebGPUBuffer {
    return this.#engine.view(buffer, from * 4, length);
  }

  /** The device itself, which tests destroy to see what follows. */
  get device(): GPUDevice {
    return this.#engine.device;
  }

  protected override create(length: number, dtype: DType): WebGPUBuffer {
    return this.#engine.createBuffer(length, dtype as 'float32' | 'int32');
  }

  protected override destroy(buffer: WebGPUBuffer): void {
    this.#engine.destroyBuffer(buffer);
  }

  override write(buffer: WebGPUBuffer, values: TypedArray): void {
    this.#engine.write(buffer, values as Float32Array | Int32Array);
  }

  override async read(buffer: WebGPUBuffer): Promise<TypedArray> {
    const content = await this.#engine.read(buffer);
    return buffer.dtype === 'int32' ? new Int32Array(content) : new Float32Array(content);
  }

  override park(buffer: WebGPUBuffer): Parked {
    return this.#parking.park(buffer);
  }

  override ready(): Promise<void> {
    return this.#engine.ready();
  }

  override async recover(): Promise<void> {
    const { device } = await newDevice(this.platform, this.profile);
    this.emptyCache();
    this.#parking = new Parking(this.#engine); // the numbers that were put aside are lost
    this.#engine.restart(device, this.live as Iterable<WebGPUBuffer>);
  }

  override imagesOnDevice({ bytes, shape, values }: ByteImages): ((indices: Int32Array) => Tensor) | null {
    const engine = this.#engine;
    const { maxStorageBufferBindingSize, maxBufferSize } = engine.limits;
    if (bytes.length + 4 > Math.min(maxStorageBufferBindingSize, maxBufferSize)) return null;
    const words = new Int32Array(Math.ceil(bytes.length / 4));
    new Uint8Array(words.buffer).set(bytes);
    const images = this.allocate(words.length, 'int32') as WebGPUBuffer;
    const table = this.allocate(values.length, 'float32') as WebGPUBuffer;
    let generation = -1;
    return (indices) => {
      if (generation !== engine.generation) {
        engine.write(images, words);
        engine.write(table, values);
        generation = engine.generation;
      }
      const size = numel(shape);
      const x = Storage.allocate(this, 'float32', indices.length * size);
      engine.temporary(indices.length, (places) => {
        engine.write(places, indices);
        engine.run({
          shader: 'gather',
          entry: 'gather',
          buffers: { x: x.buffer as WebGPUBuffer, images, values: table, indices: places },
          sizes: { count: x.length, size, pixels: size / shape[0] },
          threads: x.length,
        });
      });
      return new Tensor(x, [indices.length, ...shape]);
    };
  }

  override async close(): Promise<void> {
    if (this.closed) return;
    await super.close();
    await this.#engine.stop();
  }
}

/** What is asked for. It is a hint. */
const powerPreference = 'high-performance';

async function newDevice(
  { requestAdapter, advice }: WebGPUPlatform,
  profile = false,
): Promise<{ device: GPUDevice; info: GPUAdapterInfo }> {
  const adapter = await requestAdapter({ powerPreference });
  if (!adapter) throw new Error(`backend 'webgpu': there is no GPU adapter; ${advice}`);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const features: GPUFeatureName[] = profile ? ['subgroups', timestamps] : ['subgroups'];
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
  });
  return { device, info: adapter.info };
}

function describe(info: GPUAdapterInfo): AdapterDescription {
  const { vendor, architecture, device, description } = info;
  return { vendor, architecture, device, description, computesOnCpu: computesOnCpu(info), powerPreference };
}

/** Whether it is an adapter without a GPU: SwiftShader, Mesa's llvmpipe, or Windows' WARP. */
function computesOnCpu({ isFallbackAdapter, architecture, description }: GPUAdapterInfo): boolean {
  return isFallbackAdapter || /swiftshader|llvmpipe|warp|basic render/i.test(`${architecture} ${description}`);
}
