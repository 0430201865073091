/** What a report says at its head of where it was made. */
import { timerStep } from '../backends/describe.js';
import type { Environment } from '../backends/environment.js';

interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** `version`: of `receptive`, which a page knows from its build. */
export function environment(version: string): Environment {
  const { userAgent, userAgentData, hardwareConcurrency } = navigator as Navigator & {
    userAgentData?: { readonly brands: readonly Brand[]; readonly platform: string };
  };
  const brand = userAgentData?.brands.findLast(({ brand }) => !/not.?a.?brand/i.test(brand));
  const named = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(userAgent);
  return {
    runtime: brand
      ? `${brand.brand} ${brand.version}`
      : named
        ? `${names[named[1]] ?? named[1]} ${named[2]}`
        : userAgent,
    machine: userAgentData?.platform ?? /\(([^)]*)\)/.exec(userAgent)?.[1] ?? 'unknown',
    cores: hardwareConcurrency ?? 1,
    isolated: globalThis.crossOriginIsolated === true,
    timerStep: timerStep(),
    version,
    date: new Date().toISOString(),
  };
}

/** What browsers call themselves, where it isn't their name. */
const names: Readonly<Record<string, string>> = { Edg: 'Edge', Version: 'Safari' };
