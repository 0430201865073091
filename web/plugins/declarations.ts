/**
 * What the package exports, read from its built declarations (`dist/**` + `/*.d.ts`): names, signatures, docstrings, and the line of
 * the source that each comes from.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import type { ClassDeclaration, InterfaceDeclaration, Node } from 'typescript/unstable/ast';
import { isClassDeclaration, isInterfaceDeclaration, isVariableDeclaration } from 'typescript/unstable/ast/is';
import {
  API,
  type Checker,
  type InterfaceType,
  type Symbol as Named,
  type Project,
  SymbolFlags,
} from 'typescript/unstable/sync';
import type { Declaration, Entry, Item, Kind, Member, Platform, Section } from '../reference/entry.js';
import { root } from './repository.js';

interface Conditions {
  readonly types?: string;
  readonly node?: { readonly types: string };
  readonly browser?: { readonly types: string };
}

/** The entries of package.json, in its order. */
export function readEntries(): Entry[] {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    exports: Record<string, Conditions | string>;
  };
  const entries = Object.entries(manifest.exports).flatMap(([path, conditions]) => {
    if (typeof conditions === 'string') return [];
    const node = conditions.node?.types ?? conditions.types!;
    return [
      {
        id: path === '.' ? 'receptive' : path.slice(2),
        node: resolve(root, node),
        browser: conditions.browser && resolve(root, conditions.browser.types),
      },
    ];
  });
  // A project that is nowhere on the disk: its files are the entries.
  const config = resolve(root, 'entries.tsconfig.json');
  const files = entries.flatMap(({ node, browser }) => (browser ? [node, browser] : [node]));
  const text = JSON.stringify({
    extends: './tsconfig.base.json',
    compilerOptions: { composite: false, noEmit: true },
    files,
  });
  const api = new API({
    cwd: root,
    fs: {
      readFile: (file) => (file === config ? text : undefined),
      fileExists: (file) => (file === config ? true : undefined),
    },
  });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
    return entries.map(({ id, node, browser }) => {
      const ofNode = new Reader(project, browser ? 'node' : undefined).read(node);
      const sections = browser ? joined(ofNode, new Reader(project, 'browser').read(browser)) : ofNode;
      const specifier = id === 'receptive' ? id : `receptive/${id}`;
      return { id, specifier, doc: docAt(readFileSync(node, 'utf8'), 0), sections };
    });
  } finally {
    api.close();
  }
}

/** Both platforms' exports: what is the same in both stands there once. */
function joined(node: readonly Section[], browser: readonly Section[]): Section[] {
  const names = [...new Set([...node, ...browser].map(({ name }) => name))];
  return names.map((name) => {
    const [here, there] = [node, browser].map((sections) => sections.find((section) => section.name === name));
    const items = new Map<string, Item>();
    for (const item of [...(here?.items ?? []), ...(there?.items ?? [])]) {
      const other = items.get(item.name);
      items.set(item.name, other ? joinedItem(other, item) : item);
    }
    return { ...(here ?? there)!, items: sorted([...items.values()]) };
  });
}

function joinedItem(node: Item, browser: Item): Item {
  const isSame = (a: Declaration, b: Declaration) => a.source === b.source;
  const everywhere = ({ platform: _, ...declaration }: Declaration): Declaration => declaration;
  const declarations = [
    ...node.declarations.map((one) =>
      browser.declarations.some((other) => isSame(one, other)) ? everywhere(one) : one,
    ),
    ...browser.declarations.filter((other) => !node.declarations.some((one) => isSame(one, other))),
  ];
  return { ...node, declarations };
}

const kinds: readonly Kind[] = ['class', 'function', 'constant', 'type'];

/** By kind, and then by name. */
function sorted(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name, 'en'));
}

/** What a reader meets first comes first; the others stay in the order in which they are exported. */
const order = [
  'tensor',
  'backends',
  'functional',
  'nn',
  'nn.init',
  'optim',
  'models',
  'training',
  'data',
  'transforms',
];
const placeOf = (section: string) => (order.includes(section) ? order.indexOf(section) : order.length);

/** Reads what one entry exports on one platform. */
class Reader {
  readonly #checker: Checker;
  readonly #project: Project;
  readonly #platform: Platform | undefined;
  /** Exported names by their symbols. */
  readonly #names = new Map<number, string>();

  constructor(project: Project, platform: Platform | undefined) {
    this.#project = project;
    this.#checker = project.checker;
    this.#platform = platform;
  }

  read(file: string): Section[] {
    const exported: { room: string; prefix: string; name: string; symbol: Named }[] = [];
    const namespaces = new Map<string, string>();
    const collect = (module: Named, prefix: string) => {
      for (const alias of this.#checker.getExportsOfModule(module)) {
        const symbol = alias.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(alias) : alias;
        const name = `${prefix}${alias.name}`;
        if (symbol.flags & SymbolFlags.ValueModule) {
          namespaces.set(name, docAt(readFileSync(symbol.declarations[0].path, 'utf8'), 0));
          collect(symbol, `${name}.`);
        } else {
          this.#names.set(symbol.id, name);
          exported.push({ room: prefix.slice(0, -1) || roomOf(symbol), prefix, name, symbol });
        }
      }
    };
    collect(this.#checker.getSymbolAtLocation(this.#project.program.getSourceFile(file)!)!, '');
    const sections = [...new Set([...exported.map(({ room }) => room), ...namespaces.keys()])].map((name) => ({
      name,
      isNamespace: namespaces.has(name),
      doc: namespaces.get(name) ?? '',
      items: sorted(
        exported.filter(({ room }) => room === name).map(({ name: item, symbol }) => this.#item(item, symbol)),
      ),
    }));
    return sections.sort((a, b) => placeOf(a.name) - placeOf(b.name));
  }

  #item(name: string, symbol: Named): Item {
    const nodes = symbol.declarations.map((handle) => handle.resolve(this.#project)!);
    const platform = this.#platform && { platform: this.#platform };
    const declarations = nodes.map((node) => ({ ...declarationOf(node), ...platform }));
    const own = nodes.flatMap((node) => membersOf(node));
    const { members, inherited } = this.#ancestors(symbol, own);
    return { name, kind: kindOf(symbol), declarations, members, inherited, chapters: [] };
  }

  /** An ancestor that isn't exported has no page: its members are shown as if they were one's own. */
  #ancestors(symbol: Named, own: readonly Member[]): Pick<Item, 'members' | 'inherited'> {
    const members = [...own];
    const inherited: { from: string; names: string[] }[] = [];
    if (!(symbol.flags & (SymbolFlags.Class | SymbolFlags.Interface))) return { members, inherited };
    const known = new Set(['constructor', ...own.map(({ name }) => name)]);
    const visit = (one: Named) => {
      for (const base of this.#checker.getBaseTypes(this.#checker.getDeclaredTypeOfSymbol(one) as InterfaceType)) {
        const ancestor = base.getSymbol();
        const nodes = ancestor?.declarations
          .filter(({ path }) => isOurs(path))
          .map((handle) => handle.resolve(this.#project)!);
        if (!ancestor || !nodes?.length) continue;
        const more = nodes.flatMap(membersOf).filter(({ name }) => !known.has(name));
        for (const { name } of more) known.add(name);
        const from = this.#names.get(ancestor.id);
        if (from === undefined) members.push(...more);
        else if (more.length > 0) inherited.push({ from, names: [...new Set(more.map(({ name }) => name))] });
        visit(ancestor);
      }
    };
    visit(symbol);
    return { members, inherited };
  }
}

const isOurs = (path: string) => path.startsWith(resolve(root, 'dist'));

function kindOf({ flags }: Named): Kind {
  if (flags & SymbolFlags.Class) return 'class';
  if (flags & SymbolFlags.Function) return 'function';
  return flags & SymbolFlags.Variable ? 'constant' : 'type';
}

/** A platform's file that is named as a room belongs to that room: `src/node/data.ts`. */
function roomOf(symbol: Named): string {
  const [room, file] = relative(resolve(root, 'dist'), symbol.declarations[0].path).split('/');
  const stem = file.replace(/\.d\.ts$/, '');
  return (room === 'node' || room === 'browser') && ['backends', 'data'].includes(stem) ? stem : room;
}

function membersOf(node: Node): Member[] {
  if (!isClassDeclaration(node) && !isInterfaceDeclaration(node)) return [];
  const className = node.name!.text;
  return (node as ClassDeclaration | InterfaceDeclaration).members.flatMap((member) => {
    const declaration = declarationOf(member);
    const code = declaration.code.replace(/^constructor\b/, `new ${className}`);
    if (/^(#private|private |protected )/.test(code)) return [];
    const { name: written } = member as { name?: Node };
    const name = written ? textOf(written) : code.startsWith('new ') ? 'constructor' : '[index]';
    return [{ ...declaration, code, name }];
  });
}

/** Comments and space before a declaration. */
const BEFORE = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*/;

const textOf = (node: Node) => node.getSourceFile().text.slice(node.pos, node.end).replace(BEFORE, '');

function declarationOf(node: Node): Declaration {
  // A constant's docstring stands before its statement.
  const statement = isVariableDeclaration(node) ? node.parent.parent : node;
  const { text, fileName } = node.getSourceFile();
  const whole = text.slice(statement.pos, statement.end);
  const start = statement.pos + BEFORE.exec(whole)![0].length;
  const margin = ' '.repeat(start - 1 - text.lastIndexOf('\n', start - 1));
  const isClass = isClassDeclaration(node) || isInterfaceDeclaration(node);
  const end = isClass
    ? text.indexOf('{', (node.heritageClauses?.at(-1) ?? node.typeParameters?.at(-1) ?? node.name!).end)
    : statement.end;
  const code = text
    .slice(start, end)
    .replaceAll(`\n${margin}`, '\n')
    .replace(/^(export |default |declare )+/, '')
    .replace(/import\([^)]*\)\./g, '')
    .replace(/;?\s*$/, '');
  const { name } = node as { name?: Node };
  return {
    code,
    doc: docAt(text, statement.pos),
    source: sourceOf(fileName, name ? text.slice(0, name.end) : text.slice(0, start + 1)),
  };
}

/** The docstring at a place: the last one before what is declared there, without its stars. */
function docAt(text: string, at: number): string {
  const comments = BEFORE.exec(text.slice(at))![0].match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  // A file's header is the first, and its first declaration's docstring the last.
  const comment = (at === 0 ? comments[0] : comments.at(-1)) ?? '';
  return comment
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

const maps = new Map<string, SourceMap>();

/** Where in the source the last character of `before` comes from: a text of a declaration file up to a name. */
function sourceOf(file: string, before: string): string {
  let map = maps.get(file);
  if (!map) {
    map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    maps.set(file, map);
  }
  const lines = before.split('\n');
  const entry = map.findEntry(lines.length - 1, lines.at(-1)!.length - 1);
  if (!('originalSource' in entry)) throw new Error(`${file}: line ${lines.length} has no source`);
  return `${relative(root, resolve(dirname(file), entry.originalSource))}#L${entry.originalLine + 1}`;
}
