/** The pages that there are, in the order of the navigation: `bench` is `bench.html`. */
export const pages = ['index', 'learn', 'train', 'race', 'predict', 'bench', 'check'] as const;
export type PageName = (typeof pages)[number];

/** Relative, so that the site works under any path; a language that the address asks for is asked for there, too. */
export function addressOf(page: PageName, language: string | null): string {
  const path = page === 'index' ? './' : `./${page}.html`;
  return language === null ? path : `${path}?lang=${language}`;
}
