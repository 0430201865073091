/**
 * Makes modules of what a bundler would have to bring along as files: in `dist/wasm`, `<build>.embedded.js` has the bytes of
 * `<build>.wasm` in base64, `<format>Decoder.embedded.js` those of a picture decoder from npm, and `<platform>Thread.embedded.js` the
 * script of a thread as text. Runs once all else is built.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const dist = new URL('../dist/', import.meta.url);

function embed(name, text) {
  writeFileSync(new URL(`wasm/${name}.embedded.js`, dist), `export default ${JSON.stringify(text)};\n`);
}

/** A module and what it imports as one classic script. */
async function scriptOf(entry) {
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      rollupOptions: {
        input: fileURLToPath(new URL(entry, dist)),
        external: /^node:/,
        output: { format: 'cjs', codeSplitting: false },
        transform: { define: { 'import.meta': '{}' } }, // a script has none; picture decoders look for it and get on without
      },
    },
  });
  return output[0].code;
}

for (const build of ['simd', 'simd-threads', 'relaxed', 'relaxed-threads']) {
  embed(build, readFileSync(new URL(`wasm/${build}.wasm`, dist), 'base64'));
}
for (const [name, file] of [
  ['jpegDecoder', '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'],
  ['webpDecoder', '@jsquash/webp/codec/dec/webp_dec.wasm'],
]) {
  embed(name, readFileSync(fileURLToPath(import.meta.resolve(file)), 'base64'));
}
embed('nodeThread', await scriptOf('node/wasmThread.js'));
embed('pictureThread', await scriptOf('node/pictureThread.js'));
embed('browserThread', await scriptOf('browser/wasmThread.js'));
