/**
 * Makes mutants: small mistakes of the kinds that one makes in kernels, each at one place of a source. A rule finds places by the look
 * of the text and says what stands there instead; comments, strings, declarations and what only throws are left alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the sources of each language are, and which of their files have nothing that a law of an operation could see. */
export const languages = {
  // These check what was given, and say what is wrong with it: `test/mistakes.test.ts` holds them.
  ts: { folder: 'src/ops', ending: '.ts', leaveOut: ['index.ts', 'options.ts', 'shape.ts'] },
  // The peak is measured with `peak`, which computes nothing that anyone reads.
  as: { folder: 'assembly', ending: '.ts', leaveOut: ['index.ts', 'peak.ts', 'optional.ts'] },
  wgsl: { folder: 'src/backends/webgpu', ending: '.wgsl', leaveOut: ['peak.wgsl'] },
};

const one = (language) => (language === 'wgsl' ? '1u' : '1');

/** [what to find, what to put there], by rule. A replacement may know the language and the line; null leaves the place alone. */
const rules = {
  bound: [
    [/(?<= )(<=|>=)(?= )/g, ([sign]) => sign[0]],
    // Where a loop of lanes would end one earlier, the loop behind it takes the rest: no mistake. 'tile edge' has those.
    [/(?<= )[<>](?= [\w(])/g, ([sign]) => `${sign}=`],
    [/(?<=for \(.*; \w+ < )([\w.]+)(?=;)/g, ([bound], language) => `${bound} - ${one(language)}`],
    [/(?<=[^<])= (0u?)(?=; \w+ <)/g, ([, zero]) => `= ${zero.replace('0', '1')}`],
  ],
  sign: [
    [/(?<=[\w)\]] )[+-](?= [\w(])/g, ([sign]) => (sign === '+' ? '-' : '+')],
    [/(?<=f(?:32x4|64x2)\.)(add|sub)(?=\()/g, ([name]) => (name === 'add' ? 'sub' : 'add')],
    [/(?<= )[+-]=(?= )/g, ([sign], _, line) => (line.includes('for (') ? null : sign === '+=' ? '-=' : '+=')],
  ],
  stride: [
    [/(?<=\b[SPDK]_)[hw](?=\b(?! ?[:,}]))/g, ([side]) => (side === 'h' ? 'w' : 'h')],
    [/\b[HW](?=\b(?! ?[:,}]))/g, ([side]) => (side === 'H' ? 'W' : 'H')],
    [/\b[HW](?=_out\b(?! ?[:,}]))/g, ([side]) => (side === 'H' ? 'W' : 'H')],
  ],
  bias: [
    [/\bbias \? [^:]+ : (?=0)/g, () => ''],
    [
      /(?<=if \()(bias|s\.hasBias [!=]= [01]u)(?=\))/g,
      ([condition]) => (condition.includes('== 0') ? 'true' : 'false'),
    ],
    [/(?<=, )s\.hasBias == 1u/g, () => 'false'],
    [/f32x4\.add\((v128\.load\([^()]*\)|\w+), bias\)/g, ([, v]) => v],
  ],
  accumulate: [
    [/ \+= (?!\d)/g, (_, __, line) => (line.includes('for (') ? null : ' = ')],
    [
      /(?<=(\w+) = f(?:32x4|64x2)\.)add\((\w+), ([^;]*)\)(?=;)/g,
      ([, target, first], _, __) => (target === first ? `mul(${first}, ${first})` : null),
    ],
    [/\bmadd\((.*), (\w+)\)(?=;)/g, ([, factors]) => `f32x4.mul(${factors})`],
  ],
  lane: [
    [/(?<=(?:extract|replace)_lane\([^,]+, )\d/g, ([lane]) => String((Number(lane) + 1) % 2)],
    [/(?<=shuffle<f32>\(\w+, \w+, (?:\d, )*)\d(?=[,)])/g, ([lane]) => String((Number(lane) + 1) % 8)],
    [/(?<=[\w\])]\.)[xyzw]\b(?!\w)/g, ([lane]) => ({ x: 'y', y: 'x', z: 'y', w: 'z' })[lane]],
    [/(?<=\w\[)[0-3](?=u?\])/g, ([lane]) => String(Number(lane) ? Number(lane) - 1 : 1)],
  ],
  'tile edge': [
    [
      /\b(?:Math\.)?min\((?=[^()]*(?:\([^()]*\))?[^()]*\))([\w.]+ ?[-+*]? ?[\w.]*), ([^()]+)\)/g,
      ([, tile]) => `(${tile})`,
    ],
    [/(?<= [-+] )[248](?=u? <=? )/g, ([lanes]) => String(Number(lanes) - 1)],
    [/(?<=[-+*/%&] )(?:3|4|7|8|15|16)(?=u?\b[^.])/g, ([n]) => String(Number(n) - 1)],
    [/(?<=<< )[1-6]\b/g, ([n]) => String(Number(n) - 1)],
  ],
};

/** The text with blanks for all that isn't code to mutate, so that places stay what they are. */
function masked(text) {
  const blank = (part) => part.replace(/[^\n]/g, ' ');
  return (
    text
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, blank)
      .replace(/'[^'\n]*'|`[^`]*`/g, blank)
      // It only decides what is refused: `test/autograd.test.ts` holds it.
      .replace(/^function everyWindowHasATap[\s\S]*?^\}/gm, blank)
      .replace(/if \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\) \{?\s*throw[\s\S]*?;/g, blank)
      .replace(/^\s*(import|export \{|export const|const [A-Z_]+\b|struct|@|type|interface)\b.*/gm, blank)
      .replace(/^(export )?(async )?(function|fn) [^{]*\{$/gm, blank)
  );
}

/** Every mutant of a language, in the order of files, rules and places. */
export function mutantsOf(repository, language) {
  const { folder, ending, leaveOut } = languages[language];
  const files = readdirSync(join(repository, folder), { recursive: true })
    .filter((file) => file.endsWith(ending) && !leaveOut.includes(file))
    .sort();
  return files.flatMap((file) => {
    const text = readFileSync(join(repository, folder, file), 'utf8');
    const code = masked(text);
    const found = [];
    for (const [rule, patterns] of Object.entries(rules)) {
      for (const [pattern, replacement] of patterns) {
        for (const match of code.matchAll(pattern)) {
          const start = code.lastIndexOf('\n', match.index) + 1;
          const end = code.indexOf('\n', match.index);
          const put = replacement(match, language, code.slice(start, end));
          if (put === null) continue;
          const after = text.slice(0, match.index) + put + text.slice(match.index + match[0].length);
          found.push({
            language,
            rule,
            file,
            line: text.slice(0, start).split('\n').length,
            before: text.slice(start, end).trim(),
            after: after.slice(start, end + put.length - match[0].length).trim(),
            text: after,
          });
        }
      }
    }
    return found;
  });
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All mutants in an order whose beginning is a sample: the rules take turns, and each takes the file that had the fewest turns. */
export function* sampled(mutants, seed) {
  const random = generator(seed);
  const left = mutants.map((mutant) => ({ mutant, order: random() })).sort((a, b) => a.order - b.order);
  const byRule = new Map(Object.keys(rules).map((rule) => [rule, left.filter(({ mutant }) => mutant.rule === rule)]));
  const turns = new Map();
  const turnsOf = ({ mutant }) => turns.get(mutant.file) ?? 0;
  while ([...byRule.values()].some(({ length }) => length > 0)) {
    for (const waiting of byRule.values()) {
      if (waiting.length === 0) continue;
      const fewest = Math.min(...waiting.map(turnsOf));
      const [next] = waiting.splice(
        waiting.findIndex((each) => turnsOf(each) === fewest),
        1,
      );
      turns.set(next.mutant.file, fewest + 1);
      yield next.mutant;
    }
  }
}
