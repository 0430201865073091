/** A visitor of the site, as it is built: a Chromium, a host, and an ear for complaints. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { isolation, policy } from '../../web/vite.config.js';
import { launchChromium } from '../browser/chromium.js';
import { builtSite } from './builtSite.js';
import { type Site, serve } from './server.js';

/** As strict as a host can be: the policy, as a header, holds in workers, too. */
export const strict = { ...isolation, 'Content-Security-Policy': policy };

export type Headers = Readonly<Record<string, string>>;

export class Visitor {
  /** What went wrong in a page without anybody having asked, and what it asked of others or sent anywhere. */
  readonly complaints: string[] = [];
  /** The built site. */
  site = '';
  /** For files of the tests. */
  folder = '';
  #browser: Promise<Browser> | undefined;
  #context: BrowserContext | undefined;
  readonly #hosts: Site[] = [];
  readonly #addresses: string[] = [];

  /** Builds, launches, and cleans up, at the hooks of the file or of the `describe` that makes it. */
  constructor() {
    beforeAll(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'receptive-web-'));
      this.#browser = launchChromium(this.folder);
      this.site = await builtSite();
      await this.#browser;
    }, 240_000);
    afterEach(async () => {
      await this.leave();
      expect(this.complaints.splice(0)).toEqual([]);
    });
    afterAll(async () => {
      try {
        await (await this.#browser?.catch(() => null))?.close();
      } finally {
        for (const { server } of this.#hosts) server.close();
        await rm(this.folder, { recursive: true, force: true });
      }
    }, 60_000);
  }

  /** The address of a host with these headers. `change` plants something in a file before it is sent. */
  async host(headers: Headers, change?: (text: string) => string): Promise<string> {
    const host = await serve(this.site, headers, change);
    this.#hosts.push(host);
    this.trust(host.address);
    return host.address;
  }

  /** The browser with its storage, as long as a test lasts. The options are those of the first page. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    if (this.#context) return this.#context;
    // A service worker would load and hash the whole site for every test. What it does is `webFront.test.ts`'s.
    const usual = { locale: 'en', serviceWorkers: 'block' } as const;
    this.#context = await (await this.#browser!).newContext({ ...usual, ...options });
    // The machine may have other things to do; less than a test has, so that what it waited for in vain is named.
    this.#context.setDefaultTimeout(60_000);
    this.#context.on('request', (request) => {
      const url = request.url().replace(/^blob:/, '');
      const isOwn = this.#addresses.some((address) => url.startsWith(`${new URL(address).origin}/`));
      if (!isOwn || request.method() !== 'GET') this.complaints.push(`${request.method()} ${url}`);
    });
    return this.#context;
  }

  async newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await this.context(options)).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    return page;
  }

  async open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.newPage(options);
    await page.goto(address);
    return page;
  }

  /** That it is asked for something there is no complaint. */
  trust(address: string): void {
    this.#addresses.push(address);
  }

  async leave(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }
}
