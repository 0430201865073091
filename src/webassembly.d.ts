/** WebAssembly, as far as the rooms without a DOM use it. */
declare namespace WebAssembly {
  class Module {
    private readonly module: true;
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class LinkError extends Error {}
  class Memory {
    constructor(size: { initial: number; maximum: number; shared: boolean });
    /** Another after every growth. */
    readonly buffer: ArrayBufferLike;
    /** Throws a RangeError if it can't. */
    grow(pages: number): number;
  }
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
  function instantiate(
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<Instance>;
}
