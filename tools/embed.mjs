/**
 * Makes modules of what a bundler would have to bring along as files: in `dist/wasm`, `<build>.embedded.js` has the bytes of
 * `<build>.wasm` in base64, `<format>Decoder.embedded.js` those of a picture decoder from npm, with its licences in a file beside it, and
 * `<platform>Thread.embedded.js` the script of a thread as text. Runs once all else is built.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const dist = new URL('../dist/', import.meta.url);

function embed(name, text, notice = '') {
  writeFileSync(new URL(`wasm/${name}.embedded.js`, dist), `${notice}export default ${JSON.stringify(text)};\n`);
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
for (const [name, codec] of [
  ['jpegDecoder', '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'],
  ['webpDecoder', '@jsquash/webp/codec/dec/webp_dec.wasm'],
]) {
  const file = import.meta.resolve(codec);
  embed(
    name,
    readFileSync(fileURLToPath(file), 'base64'),
    `/*! ${codec}: its licences are in ${name}.LICENSE.txt */\n`,
  );
  // The package has copies of the decoders, and so must have their licences: the codec's, and that of what npm has made of it.
  const licences = ['../LICENSE.codec.md', '../../LICENSE'].map((path) => readFileSync(new URL(path, file), 'utf8'));
  writeFileSync(new URL(`wasm/${name}.LICENSE.txt`, dist), licences.join('\n\n'));
}
embed('nodeThread', await scriptOf('node/wasmThread.js'));
embed('pictureThread', await scriptOf('node/pictureThread.js'));
embed('browserThread', await scriptOf('browser/wasmThread.js'));
