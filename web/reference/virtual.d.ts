/** Modules that `web/plugins` makes when the site is built. */
declare module 'virtual:reference' {
  export const entries: readonly {
    readonly id: string;
    readonly specifier: string;
    readonly load: () => Promise<{ readonly default: import('./entry.js').Entry }>;
  }[];
}
declare module 'virtual:sources' {
  const paths: readonly string[];
  export default paths;
}
declare module 'virtual:search/*' {
  const documents: readonly import('../search/documents.js').Document[];
  export default documents;
}
