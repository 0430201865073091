/** What the package exports, as the reference shows it. `web/plugins` reads it from the built declarations. */

/** One declaration: a function that is overloaded has several, and what differs between Node and a browser has one for each. */
export interface Declaration {
  readonly code: string;
  /** The docstring: Markdown as it is read, HTML as it is shown. */
  readonly doc: string;
  /** `src/nn/module.ts#L20`. */
  readonly source: string;
  /** Where it is, if not everywhere. */
  readonly platform?: Platform;
}

export interface Member extends Declaration {
  readonly name: string;
}

export type Platform = 'node' | 'browser';
export type Kind = 'class' | 'function' | 'constant' | 'type';

/** An exported name. */
export interface Item {
  /** As it is written after an import of the entry: `nn.Conv2d`. */
  readonly name: string;
  readonly kind: Kind;
  readonly declarations: readonly Declaration[];
  readonly members: readonly Member[];
  /** Members that its ancestors declare, and it doesn't. */
  readonly inherited: readonly { readonly from: string; readonly names: readonly string[] }[];
  /** Names of the chapters that derive or show it: `3-convolution`. */
  readonly chapters: readonly string[];
}

/** A namespace, or what comes from one room. */
export interface Section {
  readonly name: string;
  readonly isNamespace: boolean;
  readonly doc: string;
  readonly items: readonly Item[];
}

export interface Entry {
  /** `data` of `receptive/data`; `receptive` is the package's own. */
  readonly id: string;
  /** What is written in an import. */
  readonly specifier: string;
  readonly doc: string;
  readonly sections: readonly Section[];
}
