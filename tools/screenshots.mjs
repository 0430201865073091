/**
 * Takes README's pictures of the site, `docs/site/front.png` and `docs/site/train.png`, of what `npm run web:build` has built: the front
 * page after its run, and that run on the page Train. Linux on x64, where npm has a Chromium; its own fonts are left out for the system's.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packed from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const to = fileURLToPath(new URL('../docs/site/', import.meta.url));
const temporary = await mkdtemp(join(tmpdir(), 'receptive-screenshots-'));
process.env.TMPDIR = temporary;
process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs20.x'; // it then unpacks the libraries that a bare system lacks
const executablePath = await packed.executablePath();
delete process.env.FONTCONFIG_PATH;

const server = await preview({ configFile: fileURLToPath(new URL('../web/vite.config.ts', import.meta.url)) });
const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
try {
  await mkdir(to, { recursive: true });
  const page = await browser.newPage({ locale: 'en', viewport: { width: 1100, height: 820 } });
  await page.goto(server.resolvedUrls.local[0]);
  await page.getByRole('button', { name: 'Train a network now' }).click();
  await page.getByText(/^Done:/).waitFor({ timeout: 120_000 });
  await page.waitForTimeout(3000); // in which the last test says which digits are wrong
  await page.screenshot({ path: join(to, 'front.png') });
  await page.getByRole('link', { name: 'Look into it, change it' }).click();
  await page.locator('.curves').first().waitFor();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: join(to, 'train.png') });
} finally {
  await browser.close();
  await server.close();
  await rm(temporary, { recursive: true, force: true });
}
