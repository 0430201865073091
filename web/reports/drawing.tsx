/** What `receptive/reports` draws, as a part of a page: in a tree of its own, so that neither's styles reach the other. */
import { useLayoutEffect, useRef } from 'preact/hooks';

/** `styles` come as a sheet, which the page's Content-Security-Policy lets in, and a `<style>` it doesn't. */
export function Drawing({ html, styles }: { readonly html: string; readonly styles: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = html;
  }, [html, styles]);
  return <div ref={host} class="drawing" />;
}
