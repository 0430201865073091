/** The pages that there are, in the order of the navigation: `bench` is `bench.html`. */
export const pages = ['index', 'learn', 'reference', 'train', 'race', 'predict', 'bench', 'check'] as const;
/** The page of a source is reached from chapters and from the reference. */
export type PageName = (typeof pages)[number] | 'source';

/** Relative, so that the site works under any path; a language that the address asks for is asked for there, too. */
export function addressOf(page: PageName, language: string | null): string {
  const path = page === 'index' ? './' : `./${page}.html`;
  return language === null ? path : `${path}?lang=${language}`;
}
