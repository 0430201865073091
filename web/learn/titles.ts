/** The chapters' titles, in each language. */
const titles = import.meta.glob<string>('../../docs/learn/*.md', { import: 'default', query: '?title', eager: true });

/** Of `3-convolution`; its name where there is none. */
export function chapterTitle(name: string, language: string): string {
  return titles[`../../docs/learn/${name}.${language}.md`] ?? name;
}
