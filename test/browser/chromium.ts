/** A Chromium that comes with `npm install`, for Linux on x64. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

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

/** Unpacks Chromium (200 MB) into a folder, where it also keeps its own files, and starts it. Once in a process. */
export async function launchChromium(folder: string): Promise<Browser> {
  const temporary = join(folder, 'chromium');
  await mkdir(temporary);
  process.env.TMPDIR = temporary;
  // As on AWS Lambda, it also unpacks the libraries that a bare system lacks.
  process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs20.x';
  const { default: packed } = await import('@sparticuz/chromium');
  packed.setGraphicsMode = true; // which brings SwiftShader, a GPU that computes on the CPU
  return chromium.launch({
    executablePath: await packed.executablePath(),
    // It sees our own pages only, and containers lack what its sandbox needs.
    chromiumSandbox: false,
    args: [...quiet, ...webgpu],
  });
}
