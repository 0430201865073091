/** A source in lines, and its lines in parts that have a colour. */
export type Kind = 'comment' | 'text' | 'keyword' | 'plain';

export interface Token {
  readonly kind: Kind;
  readonly text: string;
}

/** TypeScript and AssemblyScript, and near enough WGSL. */
const PARTS = new RegExp(
  [
    /(?<comment>\/\*[\s\S]*?\*\/|\/\/.*)/,
    /(?<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)/,
    /(?<keyword>\b(?:abstract|as|async|await|break|case|catch|class|const|continue|declare|default|do|else|enum|export|extends|finally|fn|for|from|function|get|if|implements|import|in|instanceof|interface|let|loop|namespace|new|null|of|override|private|readonly|return|satisfies|set|static|struct|super|switch|this|throw|try|type|typeof|undefined|unsafe|var|void|while|yield)\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

export function linesOf(text: string, isCode: boolean): Token[][] {
  const lines: Token[][] = [[]];
  for (const { kind, text: whole } of isCode ? tokensOf(text) : [{ kind: 'plain' as const, text }]) {
    whole.split('\n').forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)!.push({ kind, text: part });
    });
  }
  // A file ends in a line's end.
  if (lines.at(-1)!.length === 0) lines.pop();
  return lines;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(PARTS)) {
    if (match.index > at) tokens.push({ kind: 'plain', text: text.slice(at, match.index) });
    const [kind] = Object.entries(match.groups!).find(([, part]) => part !== undefined)!;
    tokens.push({ kind: kind as Kind, text: match[0] });
    at = match.index + match[0].length;
  }
  return [...tokens, { kind: 'plain', text: text.slice(at) }];
}
