/** `npm test -- --runs 10000 --seed 42 …`: how many problems each law is tried on (default 100), and which (default: new
 *  ones every time). The rest goes to vitest: a file, -t and a name. */
import { spawn } from 'node:child_process';
import { swiftshader } from './swiftshader.mjs';

const rest = process.argv.slice(2);

/** Takes `--name value` or `--name=value` out of the arguments. */
function option(name, fallback) {
  const at = rest.findIndex((argument) => argument === name || argument.startsWith(`${name}=`));
  if (at < 0) return fallback;
  const [argument] = rest.splice(at, 1);
  const value = Number(argument === name ? rest.splice(at, 1)[0] : argument.slice(name.length + 1));
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number`);
  return value;
}

const runs = option('--runs', 100);
const seed = option('--seed', Date.now() % 2 ** 31);
console.log(`Each law on ${runs} problems. To draw the same ones again: npm test -- --runs ${runs} --seed ${seed}`);

const timeout = `--testTimeout=${Math.max(120_000, runs * 300)}`;
const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
spawn(process.execPath, [vitest, 'run', timeout, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, ...(await swiftshader()), RECEPTIVE_RUNS: String(runs), RECEPTIVE_SEED: String(seed) },
}).on('exit', (code) => {
  process.exitCode = code ?? 1;
});
