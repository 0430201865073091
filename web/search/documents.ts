/** What can be found: a section of a chapter, or a name of the reference. */
export interface Document {
  readonly title: string;
  /** What it is part of: a chapter, an entry of the package. */
  readonly place: string;
  readonly address: string;
  readonly text: string;
  /** Of a class or a type. */
  readonly isMember?: boolean;
  /** Of a chapter. The reference has one language. */
  readonly language?: string;
}
