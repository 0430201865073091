/** Pipelines, compiled asynchronously and kept, and the bind groups that go with them. */
import type { WebGPUBuffer } from './buffer.js';
import { Program, shaderText } from './program.js';

/** Bytes of a `Sizes`, at most; and their alignment where several stand in one buffer. */
export const sizesBytes = 256;

/** How many bind groups are kept. A training step has a few dozen. */
const maximumGroups = 4096;

export class Pipeline {
  /** null until it is compiled. */
  compiled: GPUComputePipeline | null = null;

  constructor(
    readonly name: string,
    readonly program: Program,
    readonly layout: GPUBindGroupLayout,
    readonly compiling: Promise<void>,
    private readonly index: number,
  ) {}

  /** A key for the bind group of this pipeline and these buffers. */
  key(buffers: readonly WebGPUBuffer[]): string {
    let key = String(this.index);
    for (const { id } of buffers) key += ` ${id}`;
    return key;
  }
}

export class Pipelines {
  readonly #programs = new Map<string, Program>();
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #layouts = new Map<string, { group: GPUBindGroupLayout; pipeline: GPUPipelineLayout }>();
  readonly #pipelines = new Map<Program, Map<string, Pipeline>>();
  #count = 0;
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(
    private readonly device: GPUDevice,
    private readonly failed: (message: string) => void,
  ) {}

  program(file: string, uses?: string): Program {
    const key = `${uses} ${file}`;
    let program = this.#programs.get(key);
    if (!program) {
      program = new Program(file, shaderText(file, uses));
      this.#programs.set(key, program);
    }
    return program;
  }

  /** The pipeline of an entry point for the bindings of these names. `constants` stand before the shader's text. */
  get(
    program: Program,
    entryPoint: string,
    names: readonly string[],
    constants: Readonly<Record<string, number>>,
  ): Pipeline {
    const prefix = Object.entries(constants)
      .map(([name, value]) => `const ${name} = ${value}u;\n`)
      .join('');
    const key = `${entryPoint} ${names} ${prefix}`;
    const ofProgram = this.#pipelinesOf(program);
    let pipeline = ofProgram.get(key);
    if (!pipeline) {
      pipeline = this.#compile(program, entryPoint, names, prefix);
      ofProgram.set(key, pipeline);
    }
    return pipeline;
  }

  #pipelinesOf(program: Program): Map<string, Pipeline> {
    let pipelines = this.#pipelines.get(program);
    if (!pipelines) {
      pipelines = new Map();
      this.#pipelines.set(program, pipelines);
    }
    return pipelines;
  }

  #compile(program: Program, entryPoint: string, names: readonly string[], prefix: string): Pipeline {
    const name = `${program.name}.${entryPoint}`;
    const layout = this.#layout(program, names);
    const module = this.#module(program, prefix);
    const compiling = this.device
      .createComputePipelineAsync({ label: name, layout: layout.pipeline, compute: { module, entryPoint } })
      .then(
        (compiled) => {
          pipeline.compiled = compiled;
        },
        async (error: Error) => {
          const { messages } = await module.getCompilationInfo();
          const [first] = messages.filter(({ type }) => type === 'error');
          const reason = first ? `line ${first.lineNum}: ${first.message}` : error.message;
          this.failed(`the shader ${program.name}.wgsl doesn't compile (${entryPoint}): ${reason}`);
        },
      );
    const pipeline = new Pipeline(name, program, layout.group, compiling, this.#count++);
    return pipeline;
  }

  #module(program: Program, prefix: string): GPUShaderModule {
    const code = (program.needsSubgroups ? 'enable subgroups;\n' : '') + prefix + program.source;
    let module = this.#modules.get(code);
    if (!module) {
      // The scope swallows the module's errors: compiling a pipeline reports them.
      this.device.pushErrorScope('validation');
      module = this.device.createShaderModule({ label: `${program.name}.wgsl`, code });
      this.device.popErrorScope().catch(() => {});
      this.#modules.set(code, module);
    }
    return module;
  }

  #layout(program: Program, names: readonly string[]) {
    const bindings = names.map((name) => program.binding(name));
    const key = bindings.map(({ binding, writes }) => `${binding}${writes ? 'w' : 'r'}`).join(' ');
    let layout = this.#layouts.get(key);
    if (!layout) {
      const group = this.device.createBindGroupLayout({
        entries: [
          {
            binding: 0,
            visibility: 4, // GPUShaderStage.COMPUTE
            buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: 0 },
          },
          ...bindings.map(
            ({ binding, writes }): GPUBindGroupLayoutEntry => ({
              binding,
              visibility: 4,
              buffer: { type: writes ? 'storage' : 'read-only-storage' },
            }),
          ),
        ],
      });
      layout = { group, pipeline: this.device.createPipelineLayout({ bindGroupLayouts: [group] }) };
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  group(
    pipeline: Pipeline,
    names: readonly string[],
    buffers: readonly WebGPUBuffer[],
    sizes: GPUBuffer,
  ): GPUBindGroup {
    const key = pipeline.key(buffers);
    let group = this.#groups.get(key);
    if (!group) {
      if (this.#groups.size >= maximumGroups) this.#groups.clear();
      group = this.device.createBindGroup({
        label: pipeline.name,
        layout: pipeline.layout,
        entries: [
          { binding: 0, resource: { buffer: sizes, offset: 0, size: sizesBytes } },
          ...buffers.map(({ gpu, offset, bindingBytes }, i) => ({
            binding: pipeline.program.binding(names[i]).binding,
            resource: { buffer: gpu, offset, size: bindingBytes },
          })),
        ],
      });
      this.#groups.set(key, group);
    }
    return group;
  }

  /** Drops all bind groups, because a buffer that they may refer to is gone. */
  forgetGroups(): void {
    this.#groups.clear();
  }
}
