/**
 * A GPU for machines without one: SwiftShader, which computes on the CPU, out of the npm package that carries a Chromium. Gives
 * the environment that a process needs to find it. Where there is a GPU, `RECEPTIVE_GPU=1` keeps its own driver.
 *
 *   node test/swiftshader.mjs node dist/cli/main.js train mnist --backend webgpu
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export async function swiftshader() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.env.RECEPTIVE_GPU) return {};
  const { default: chromium } = await import('@sparticuz/chromium');
  chromium.setGraphicsMode = true;
  await chromium.executablePath();
  const folder = tmpdir();
  const driver = join(folder, 'vk_swiftshader_icd.json');
  if (!existsSync(driver)) throw new Error(`SwiftShader should be in ${folder}, and isn't`);
  return {
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: [folder, dirname(driver), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...args] = process.argv.slice(2);
  spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...(await swiftshader()) } }).on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
