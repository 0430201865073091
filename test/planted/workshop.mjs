/** A copy of the package in which bugs are planted: puts one in, builds what it concerns, holds it to the laws, takes it out again. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import { transformWithOxc } from 'vite';
import { swiftshader } from '../swiftshader.mjs';
import { languages } from './mutate.mjs';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** How many problems each law is tried on. An adapter that computes on the CPU is slow where threads wait for each other. */
const runs = { maths: 40, wasm: 40, webgpu: 30, 'webgpu, sharing memory': 15 };
/** Milliseconds after which what doesn't end counts as caught. */
const limit = 120_000;

export class Workshop {
  #copy = mkdtempSync(join(tmpdir(), 'receptive-planted-'));
  #environment = {};

  async open() {
    for (const part of ['src', 'assembly', 'dist', 'tools']) {
      cpSync(join(repository, part), join(this.#copy, part), { recursive: true });
    }
    for (const file of ['package.json', 'asconfig.json', 'tsconfig.base.json'])
      cpSync(join(repository, file), join(this.#copy, file));
    symlinkSync(join(repository, 'node_modules'), join(this.#copy, 'node_modules'));
    for (const helper of ['patience', 'imagesOnDevice', 'largeResponses']) {
      const code = await this.#javaScript(join(repository, `test/${helper}.ts`));
      writeFileSync(join(this.#copy, `${helper}.mjs`), code);
    }
    this.#environment = await swiftshader();
  }

  close() {
    rmSync(this.#copy, { recursive: true });
  }

  /** Throws if a law is broken without any bug: what is caught there would say nothing. */
  async holdSound(where, operations) {
    const broken = await this.#hold({ where, operations, runs: runs[where], seed: 1 }, 10 * limit);
    if (broken) throw new Error(`without a bug, on ${where}: ${broken}`);
  }

  /** Which law catches the bug, or null. Throws if it doesn't compile. `text`: the whole file with the bug in it. */
  async plant({ language, file, text, operations, where }) {
    const path = join(this.#copy, languages[language].folder, file);
    const sound = readFileSync(path, 'utf8');
    try {
      writeFileSync(path, text);
      await this.#build(language, file);
      for (const each of where) {
        const caught = await this.#hold({ where: each, operations, runs: runs[each], seed: 1 });
        if (caught) return caught;
      }
      return null;
    } finally {
      writeFileSync(path, sound);
      if (language === 'ts') await this.#build(language, file);
    }
  }

  async #build(language, file) {
    if (language === 'ts') return this.#transpile('ops', file);
    if (language === 'wgsl') {
      const { status, stderr } = spawnSync(process.execPath, [join(this.#copy, 'tools/shaders.mjs')], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`the shaders can't be gathered: ${stderr}`);
      return this.#transpile('backends/webgpu', 'shaders.ts');
    }
    const options = ['--target', 'simd', '--baseDir', this.#copy, '--config', join(this.#copy, 'asconfig.json')];
    const { error, stderr } = await asc.main(options);
    if (error) throw new Error(`doesn't compile: ${stderr}`);
    const bytes = readFileSync(join(this.#copy, 'dist/wasm/simd.wasm'), 'base64');
    writeFileSync(join(this.#copy, 'dist/wasm/simd.embedded.js'), `export default ${JSON.stringify(bytes)};\n`);
  }

  async #javaScript(path) {
    return (await transformWithOxc(readFileSync(path, 'utf8'), path, { sourcemap: false })).code;
  }

  async #transpile(folder, file) {
    const code = await this.#javaScript(join(this.#copy, 'src', folder, file));
    writeFileSync(join(this.#copy, 'dist', folder, file.replace('.ts', '.js')), code);
  }

  #hold(request, milliseconds = limit) {
    const script = fileURLToPath(new URL('hold.mjs', import.meta.url));
    const patience = pathToFileURL(join(this.#copy, 'patience.mjs')).href;
    const child = spawn(process.execPath, ['--import', patience, script, this.#copy, JSON.stringify(request)], {
      env: { ...process.env, ...this.#environment },
    });
    let [out, err, late] = ['', '', false];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, milliseconds);
    return new Promise((resolve, reject) => {
      child.on('close', (code) => {
        clearTimeout(timer);
        if (late) return resolve(`doesn't end in ${milliseconds / 1000} s`);
        const answer = out.trim().split('\n').at(-1);
        if (code !== 0 || !answer) return resolve(`ends with ${code}: ${err.trim().split('\n').at(-1)}`);
        const broken = JSON.parse(answer);
        if (/doesn't compile|error: /.test(broken?.message ?? ''))
          return reject(new Error(broken.message.slice(0, 600)));
        resolve(broken?.law ?? null);
      });
    });
  }
}
