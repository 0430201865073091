/** Reports of measuring and checking: what they say, and that they can be read anywhere, by anyone. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchReport, BenchRow } from '../src/measure/report.js';
import { operationNames } from '../src/ops/index.js';
import {
  benchBody,
  benchHtml,
  benchMarkdown,
  changesHtml,
  changesMarkdown,
  checkBody,
  checkHtml,
  checkMarkdown,
  chinese,
  english,
  githubActionBenchmark,
} from '../src/reports/index.js';
import { count, digits, duration, gflops, percent } from '../src/reports/numbers.js';
import { familiesOf, growthOf } from '../src/reports/series.js';
import { hasChromium, launchChromium } from './browser/chromium.js';
import {
  benchExample,
  changesExample,
  checkExample,
  emptyBench,
  failure,
  loneBench,
  partialBench,
  wrongCheck,
} from './reports/examples.js';

const bench = benchExample();
const changes = changesExample(bench, true);

const pages: Readonly<Record<string, string>> = {
  bench: benchHtml(bench),
  'bench, interrupted': benchHtml(partialBench()),
  'bench of one': benchHtml(loneBench()),
  'bench of nothing': benchHtml(emptyBench()),
  'bench in Chinese': benchHtml(bench, chinese),
  'bench, compared': benchHtml(bench, undefined, { before: partialBench(), changes }),
  check: checkHtml(checkExample()),
  'check, wrong': checkHtml(wrongCheck()),
  'check of nothing': checkHtml({ ...wrongCheck(), rows: [] }),
  'check in Chinese': checkHtml(wrongCheck(), chinese),
  changes: changesHtml(changes, bench, partialBench()),
  'no changes': changesHtml([], bench, emptyBench(), chinese),
};

const markdown: Readonly<Record<string, string>> = {
  bench: benchMarkdown(bench),
  'bench, interrupted': benchMarkdown(partialBench()),
  'bench of one': benchMarkdown(loneBench()),
  'bench of nothing': benchMarkdown(emptyBench()),
  check: checkMarkdown(checkExample()),
  'check, wrong': checkMarkdown(wrongCheck()),
  changes: changesMarkdown(changes, bench, partialBench()),
};

/** What a reader reads, without the Markdown at the end. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<main>'), page.lastIndexOf('<section'));
  return unescaped(body.replace(/<[^>]*>/g, ' '));
}

function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };
  return text.replace(/&(lt|gt|quot|amp|#39);/g, (_, name) => signs[name]!);
}

/** What elements of this kind hold, tags left out. */
function contents(page: string, tag: string): string[] {
  return [...page.matchAll(new RegExp(`<${tag}( [^>]*)?>(.*?)</${tag}>`, 'gs'))].map(([, , inner]) =>
    unescaped(inner!.replace(/<[^>]*>/g, '')).trim(),
  );
}

describe.each(Object.entries(pages))('%s', (_, page) => {
  test('closes what it opens', () => {
    const open: string[] = [];
    for (const [tag, end, name, , empty] of page.matchAll(
      /<(\/?)([a-z][a-z0-9]*)((?: [a-z][a-z0-9-]*="[^"<&]*(?:&[#a-z0-9]+;[^"<&]*)*")*)(\/?)>/gi,
    )) {
      if (empty) continue;
      if (end) expect(open.pop(), tag).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
    // Whatever else begins with < is the doctype.
    const rest = page
      .replace(/<style>.*<\/style>/s, '')
      .replace(/<\/?[a-z][a-z0-9]*(?: [a-z][a-z0-9-]*="[^"<]*")*\/?>/gi, '');
    expect(rest.match(/<.{0,20}/g)).toEqual(['<!DOCTYPE html>']);
    expect(rest.match(/&(?!(lt|gt|quot|amp|#39);)/)).toBeNull();
  });

  test('asks nobody for anything, and has no script and no style of its own in an element', () => {
    const tags = page.match(/<[^>]*>/g)!.join('');
    expect(tags).not.toMatch(/<script|<link|<img|<iframe| src=| style=| on[a-z]+=|href="[^#]|https?:/);
    expect(page.slice(page.indexOf('<style>'), page.indexOf('</style>'))).not.toMatch(/url\(|@import|https?:/);
    expect(page).toContain('default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;');
  });

  test('has all numbers of its bars in a table as well', () => {
    const cells = contents(page, 'td').flatMap((cell) => [cell, cell.split(' ± ')[0]]);
    const bars = [...page.matchAll(/<text x="340"[^>]*>([^<]*)</g)].map(([, text]) => text!.split(' ± ')[0]);
    expect(cells).toEqual(expect.arrayContaining(bars));
  });

  test('knows every number', () => {
    const written = [...contents(page, 'td'), ...contents(page, 'dd'), ...contents(page, 'text')];
    for (const text of written) expect(text).not.toMatch(/^NaN|undefined|null|Infinity|\[object/);
    expect(page.match(/="[^"]*(NaN|undefined|null|Infinity)[^"]*"/)).toBeNull();
  });
});

describe.each(Object.entries(markdown))('%s as Markdown', (_, text) => {
  test('has its columns below each other', () => {
    const tables = text.match(/(^\|.*\n?)+/gm) ?? [];
    for (const table of tables) {
      const [head, ...others] = table
        .trim()
        .split('\n')
        .map((line) => [...line].flatMap((sign, i, all) => (sign === '|' && all[i - 1] !== '\\' ? [i] : [])));
      for (const line of others) expect(line).toEqual(head);
    }
    expect(tables.length + 1).toBe(text.split(/\n\| -+:? \|/).length);
    expect(text).not.toMatch(/undefined|Infinity|\[object/);
  });
});

test('numbers have three digits and a unit', () => {
  expect([0, 0.123456, 1.005, 12.34, 99.96, 123.4, 1234, 999_999, 1.234e9, 1.234e-7, -3.21].map(digits)).toEqual(
    '0 0.123 1.00 12.3 100 123 1230 1.00e6 1.23e9 1.23e-7 -3.21'.split(' '),
  );
  expect([null, Number.NaN, Number.POSITIVE_INFINITY].map(digits)).toEqual(['–', '–', '∞']);
  expect([0, 0.00004, 0.9996, 1, 2.7149, 999.4, 999.6, 61_000].map(duration)).toEqual(
    '0 ms|0.0400 µs|1.00 ms|1.00 ms|2.71 ms|999 ms|1.00 s|61.0 s'.split('|'),
  );
  expect([0.0061, 0.4234, 0.9996, 1.031].map(percent)).toEqual('0.6 %|42.3 %|100 %|103 %'.split('|'));
  expect(gflops(2e9, 4)).toBe('500 GFLOP/s');
  expect(gflops(0, 4)).toBe('–');
  expect(count(28_367)).toBe('28\u2009367');
});

test('whatever was written by others is text, in HTML and in Markdown', () => {
  for (const page of [pages['check, wrong']!, checkBody(wrongCheck(), chinese)]) {
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(contents(page, 'pre')).toContain(failure.message);
    expect(contents(page, 'pre')).toContain(failure.command);
    expect(page).toContain('dx[0] is \ufffd NaN');
  }
  // It has a fence of three, so that its own has four.
  expect(markdown['check, wrong']).toContain(`\`\`\`\`\n${failure.message}\n\`\`\`\`\n`);
  expect(markdown['bench, interrupted']).toContain('\\<close other programs & run it again\\>');
});

test('an adapter that computes on the CPU is named in red wherever it stands, and never called a GPU', () => {
  const page = pages['bench, interrupted']!;
  const named = 'SwiftShader Device (Subzero), google, swiftshader, 0xc0de: computes on the CPU: this is not a GPU';
  expect(page).toContain(`<td class="long bad">${named}</td>`);
  for (const text of [textOf(page), markdown['bench, interrupted']!]) {
    expect(text.replaceAll('this is not a GPU', '')).not.toMatch(/(?<!Web)GPU/);
  }
  const cells = contents(page, 'td').filter((cell) => cell.startsWith('webgpu'));
  expect(new Set(cells)).toEqual(new Set(['webgpu (computes on the CPU)']));
  expect(contents(pages.bench!, 'td')).toContain('Apple M3 Max, apple, metal-3');
  expect(pages.bench).not.toContain('not a GPU');
});

test('what a reader must know stands on top', () => {
  const notice = (page: string) => contents(page.slice(0, page.indexOf('<section')), 'li');
  const { warnings } = partialBench();
  expect(notice(pages['bench, interrupted']!)).toEqual(expect.arrayContaining([english.partialBench, ...warnings]));
  expect(notice(pages['check, wrong']!)).toContain(english.partialCheck);
  expect(notice(pages.bench!)).not.toContain(english.partialBench);
});

test('times of a device that are not trusted are marked, explained, and not used', () => {
  const row = bench.rows.find(({ results }) => results.some((result) => result?.gpu?.untrusted))!;
  const { gpu, steady } = row.results[3]!;
  const cells = contents(pages.bench!, 'td');
  expect(cells).toContain('41.7 ms (not trusted)');
  expect(contents(pages.bench!, 'th')).toContain(gpu!.untrusted);
  expect(cells).toContain(gflops(row.flops, steady.median));
  expect(cells).not.toContain(gflops(row.flops, gpu!.ms.median));
});

test('rows that differ in one size belong together, however the size is written', () => {
  const row = (name: string, parameter: string, value: number, pass = 'forward'): BenchRow => {
    return { group: 'growth', name, pass, parameter: { name: parameter, value }, flops: 0, bytes: 0, results: [] };
  };
  const rows = [
    row('conv2d, 64 channels, batch 64', 'batch', 64),
    row('conv2d, 64 channels, batch 8', 'batch', 8),
    row('conv2d, 64 channels, batch 64', 'channels', 64),
    row('conv2d, 8 channels, batch 64', 'channels', 8),
    row('conv2d, 28x28', 'side', 28, 'dx'),
    row('conv2d, 14x14', 'side', 14, 'dx'),
    row('conv2d', 'side', 14),
  ];
  const growth = { contender: 0, name: 'conv2d', parameter: 'side', exponent: 2, expected: 2 };
  const report: BenchReport = { ...bench, rows, growth: [growth] };
  const families = familiesOf(report, 'growth');
  const sizes = families.map(({ label, rows }) => [label, ...rows.map(({ parameter }) => parameter!.value)]);
  expect(sizes).toEqual([
    ['conv2d, 64 channels, forward', 8, 64],
    ['conv2d, batch 64, forward', 8, 64],
    ['conv2d, dx', 14, 28],
    ['conv2d, forward', 14],
  ]);
  expect(families.map((family) => growthOf(report, family, 0))).toEqual([undefined, undefined, growth, growth]);
});

test('contenders are held against the first that ran most rows, the faster one named first', () => {
  const glance = contents(pages.bench!.slice(0, pages.bench!.indexOf('<nav')), 'li');
  expect(glance.map((line) => line.replace(/\d+(\.\d+)?/g, '*'))).toEqual([
    'wasm x * trains * times as fast as reference: the geometric mean over * training steps, which range from * to * times.',
    'wasm x * trains * times as fast as wasm x *: the geometric mean over * training steps, which range from * to * times.',
    'webgpu trains * times as fast as wasm x *: the geometric mean over * training steps, which range from * to * times.',
  ]);
  expect(glance[0]).toMatch(/^wasm x 1 trains 1\d\d times as fast as reference: the geometric mean over 4 /);
  expect(glance[1]).toMatch(/^wasm x 2 trains [12]\.\d\d times as fast as wasm x 1: the geometric mean over 8 /);
  const { results } = bench.rows[0]!;
  const ratio = results[1]!.steady.median / results[2]!.steady.median;
  expect(contents(pages.bench!, 'td')).toContain(`× ${digits(ratio)}`);
  expect(contents(pages.bench!, 'th')).toContain('Times as fast as wasm x 1');
  // Nobody to hold it against.
  expect(contents(pages['bench of one']!, 'th').join()).not.toContain('Times as fast');
});

test('a check shows every operation with every law by a sign and a word', () => {
  const page = pages.check!;
  const matrix = page.slice(page.indexOf('<table class="matrix">'));
  const { rows } = checkExample();
  expect(
    contents(matrix.slice(0, matrix.indexOf('</table>')), 'th').filter((name) => name in english.check.laws),
  ).toEqual([...new Set(rows.map(({ law }) => law))]);
  for (const name of operationNames) expect(matrix).toContain(`<th scope="row">${name}</th>`);
  const cells = [...matrix.matchAll(/<td title="([^"]*)"><svg.*?<\/svg><span class="unseen">([^<]*)<\/span>/g)];
  expect(cells.map(([, title]) => title)).toEqual(
    rows.map(({ operation, law, verdict }) => `${operation}, ${law}: ${english.check.verdicts[verdict].name}`),
  );
  // Without bounds.
  expect(contents(pages['check, wrong']!, 'td')).toContain('∞');
  expect(contents(page, 'strong')).toContain(english.check.outcome.allowed);
  expect(contents(pages['check, wrong']!, 'strong')).toContain(english.check.outcome.wrong);
  expect(contents(pages['check of nothing']!, 'strong')).toContain(english.check.nothing);
});

test('what changed is shown before what did not, with its interval', () => {
  const page = pages.changes!;
  const verdicts = contents(page, 'td').filter((cell) => /^[▲▼=] /.test(cell));
  const slower = changes.filter(({ verdict }) => verdict === 'slower');
  expect(slower.length).toBeGreaterThan(0);
  expect(verdicts.slice(0, slower.length + 1)).toEqual([...slower.map(() => '▲ slower'), '▼ faster']);
  expect(new Set(verdicts.slice(slower.length + 1))).toEqual(new Set(['= no change']));
  const [{ interval }] = slower as [(typeof slower)[0]];
  expect(contents(page, 'td')).toContain(interval.map(digits).join(' – '));
  expect(contents(pages['no changes']!, 'strong')).toEqual([chinese.changes.none]);
});

test('the GitHub action gets a name, a unit and a number for every result', () => {
  const given = githubActionBenchmark(partialBench());
  const results = partialBench().rows.flatMap(({ results }) => results.filter((result) => result !== null));
  expect(given.map(({ value }) => value)).toEqual(results.map(({ steady }) => steady.median));
  expect(new Set(given.map(({ name }) => name)).size).toBe(given.length);
  expect(given[3]).toEqual({
    name: 'mlp, batch 64, webgpu (computes on the CPU)',
    unit: 'ms',
    value: results[3]!.steady.median,
    range: `± ${digits(results[3]!.steady.mad)}`,
    extra: expect.stringMatching(/^[\d.]+ GFLOP\/s\nfirst call \d+ ms\nNode 24\.11\.0\nlinux x64/),
  });
});

test('a Chinese report has Chinese headings', () => {
  const han = /\p{Script=Han}/u;
  for (const page of [pages['bench in Chinese']!, pages['check in Chinese']!, pages['no changes']!]) {
    expect(page).toContain('<html lang="zh">');
    for (const tag of ['h1', 'h2', 'dt', 'caption', 'summary']) {
      for (const title of contents(page, tag)) if (!(title in english.check.laws)) expect(title).toMatch(han);
    }
  }
});

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  let folder: string;
  let browser: Browser;
  let axe: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-reports-'));
    browser = await launchChromium(folder);
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function show(content: string, colorScheme: 'light' | 'dark', width: number): Promise<Page> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    await page.setContent(content);
    // All that can be opened.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    return page;
  }

  test.each(Object.keys(pages))('%s is well-formed XML', async (name) => {
    const page = await browser.newPage();
    const error = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'application/xhtml+xml');
      return parsed.querySelector('parsererror')?.textContent ?? null;
    }, pages[name]!);
    expect(error).toBeNull();
    await page.close();
  });

  test.each(Object.keys(pages))('%s fits a phone', async (name) => {
    const page = await show(pages[name]!, 'light', 360);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.close();
  });

  // With everything in them that a report may have.
  test.each(['bench, interrupted', 'check, wrong', 'changes'])(
    'axe finds nothing in %s, light and dark',
    async (name) => {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await show(pages[name]!, scheme, 360);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await (globalThis as unknown as { axe: { run(): Promise<Found> } }).axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
        });
        expect(found).toEqual([]);
        await page.close();
      }
    },
  );

  test('the body obeys the policy of a page that allows no styles in elements', async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'"/>`;
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.setContent(`<!DOCTYPE html><html><head>${policy}</head><body>${benchBody(bench)}</body></html>`);
    await page.evaluate((body) => document.body.insertAdjacentHTML('beforeend', body), checkBody(wrongCheck()));
    expect(complaints).toEqual([]);
    await page.close();
  });
});

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { html: string; failureSummary: string }[];
  }[];
}
