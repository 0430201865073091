/** What `tools/embed.mjs` makes in `dist/wasm`: files as modules, so that no bundler needs to bring files along. */
declare module '*.embedded.js' {
  const text: string;
  export default text;
}
