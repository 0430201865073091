/**
 * Dawn looks whether the GPU is done with a callback of `setImmediate`, in every turn of the event loop. Where the "GPU" is the CPU, that
 * takes a core away from what it waits for: for compiling a shader, above all. So after a millisecond it looks once in a millisecond.
 */
const immediate = globalThis.setImmediate;
let since = 0;
let looking = false;

function patient(callback: (...args: unknown[]) => void, ...args: unknown[]) {
  if (!isNative(callback)) return immediate(callback, ...args);
  if (!looking) since = performance.now();
  const look = () => {
    looking = true;
    try {
      callback();
    } finally {
      looking = false;
    }
  };
  return performance.now() - since < 1 ? immediate(look) : setTimeout(look, 1);
}

/** Whether a callback comes from Dawn's native code. */
function isNative(callback: (...args: unknown[]) => void): boolean {
  return Function.prototype.toString.call(callback).includes('[native code]');
}

globalThis.setImmediate = Object.assign(patient, immediate) as typeof setImmediate;
