/** Options of the WebGPU backend, apart from it: rooms without GPU types know them. */
export interface WebGPUOptions {
  /** Let the threads of a workgroup share what they have in its memory: tiles of matrices, and parts of long sums. Default:
   *  on every GPU, but not on adapters that compute on the CPU (SwiftShader, WARP, llvmpipe), which only lose by it. */
  shareMemory?: boolean;
  /** Measure how long each kernel takes on the device, for `stats()`: the times of what a `read` waits for are there when it
   *  is done. Each dispatch has a pass of its own then, which takes a little longer. An adapter that can't tell the time
   *  (without the feature timestamp-query) leaves them at 0. Default: false. */
  profile?: boolean;
}
