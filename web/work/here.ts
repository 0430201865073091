/** Where reports of this page are made. */
import { environment } from '../../dist/browser/environment.js';

/** Threads that wasm may have here. */
export const mostThreads = crossOriginIsolated ? navigator.hardwareConcurrency : 1;

/** The version is that of the package when the site was built: see `vite.config.ts`. */
export const here = () => environment(import.meta.env.VITE_VERSION);
