/** A Chromium that comes with `npm install`, for Linux on x64. */
import { mkdir } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';
import { onceInRun } from '../web/onceInRun.js';

/** It asks nobody for anything. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** WebGPU on a machine without a GPU. */
const webgpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

export const hasChromium = process.platform === 'linux' && process.arch === 'x64';

/** Starts Chromium, which keeps its own files in `folder`. It is unpacked (200 MB) once for all test files of a run. */
export async function launchChromium(folder: string): Promise<Browser> {
  let executablePath = '';
  const unpack = async (place: string) => {
    await mkdir(place, { recursive: true });
    process.env.TMPDIR = place; // there it unpacks, or finds what was unpacked
    // As on AWS Lambda, it also unpacks the libraries that a bare system lacks.
    process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs20.x';
    const { default: packed } = await import('@sparticuz/chromium');
    packed.setGraphicsMode = true; // which brings SwiftShader, a GPU that computes on the CPU
    executablePath = await packed.executablePath();
  };
  const place = await onceInRun('chromium', unpack);
  if (executablePath === '') await unpack(place);
  process.env.TMPDIR = folder;
  return chromium.launch({
    executablePath,
    // It sees our own pages only, and containers lack what its sandbox needs.
    chromiumSandbox: false,
    args: [...quiet, ...webgpu],
  });
}
