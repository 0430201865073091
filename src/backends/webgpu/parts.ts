/** How long sums are divided among workgroups. */

/** Workgroups that keep a large device busy. */
const enough = 512;
/** Terms for each thread. With fewer, starting it costs more than it saves. */
const termsOfThread = 8;
/** The most partial sums, since one workgroup adds them up. */
const maximumParts = 256;

export interface Parts {
  readonly parts: number;
  /** Terms of a part. The last part may have fewer; if there are any terms, none is empty. */
  readonly share: number;
}

/** Into how many parts to divide sums of `terms`, if without that there are `groups` workgroups, with `threads` for each sum. */
export function partsFor(terms: number, threads: number, groups: number): Parts {
  const useful = Math.ceil(terms / (termsOfThread * threads));
  const wanted = Math.min(useful, Math.ceil(enough / Math.max(1, groups)), maximumParts);
  const share = Math.max(1, Math.ceil(terms / Math.max(1, wanted)));
  return { parts: Math.max(1, Math.ceil(terms / share)), share };
}

/** A grid of `groups` x `parts` workgroups: parts along z, and groups in rows of at most `most`, along x and y. */
export function gridOf(groups: number, parts: number, most: number): [number, number, number] {
  return [Math.min(groups, most), Math.ceil(groups / most), parts];
}
