/** A chapter as it was rendered when the site was built. */
export interface Chapter {
  readonly headings: readonly { readonly id: string; readonly text: string }[];
  readonly html: string;
  /** Files that it has code of. */
  readonly sources: readonly string[];
}
