/** A host of the built site, under a path of its own, as any that serves static files. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

export interface Site {
  /** Of its front page. */
  readonly address: string;
  readonly server: Server;
}

/** `change` plants something in a file before it is sent. */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>>,
  change: (text: string) => string = (text) => text,
): Promise<Site> {
  const path = '/a/path/';
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url!, 'http://localhost');
    const file = pathname === path ? 'index.html' : pathname.slice(path.length);
    try {
      const content = await readFile(join(folder, file));
      const type = types[extname(file)];
      response.writeHead(200, { ...(type && { 'Content-Type': type }), ...headers });
      response.end(type ? change(content.toString()) : content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, server };
}
