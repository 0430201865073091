/** What `receptive/reports` draws, as a part of a page: in a tree of its own, so that neither's styles reach the other. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { reportStyles } from 'receptive/reports';

/** A sheet, which the page's Content-Security-Policy lets in, and a `<style>` it doesn't. */
const sheet = new CSSStyleSheet();
sheet.replaceSync(reportStyles);

export function Drawing({ html }: { readonly html: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = html;
  }, [html]);
  return <div ref={host} class="drawing" />;
}
