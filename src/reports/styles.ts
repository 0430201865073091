/**
 * How reports look, for `<style>` or a style sheet. All rules are about what is inside `.receptive-report`. Colours follow
 * `color-scheme`, so a page that has a switch for light and dark sets that.
 */
export const reportStyles = `
.receptive-report {
  --paper: light-dark(#ffffff, #14171a);
  --panel: light-dark(#f4f5f7, #1e2226);
  --ink: light-dark(#1b1d20, #e9eaec);
  --quiet: light-dark(#565b62, #a9afb6);
  --line: light-dark(#d3d6da, #3b4147);
  --good: light-dark(#11652c, #74d391);
  --bad: light-dark(#b3001e, #ff8f86);
  --doubtful: light-dark(#7a4a00, #f0b94f);
  color: var(--ink);
  background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif;
  max-width: 78rem;
  margin: 0 auto;
  padding: 1rem clamp(0.75rem, 3vw, 2rem) 3rem;
  overflow-wrap: break-word;
}
.receptive-report h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0; }
.receptive-report h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.5rem 0 0.5rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
.receptive-report h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
.receptive-report p { max-width: 46rem; margin: 0.5rem 0; }
.receptive-report a { color: inherit; }
.receptive-report nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; margin: 0.75rem 0; }
.receptive-report nav a { display: inline-block; padding: 0.25rem 0; }
.receptive-report .quiet { color: var(--quiet); }
.receptive-report .good { color: var(--good); }
.receptive-report .bad { color: var(--bad); font-weight: 600; }
.receptive-report .doubtful { color: var(--doubtful); }
.receptive-report .notice { background: var(--panel); border-left: 4px solid var(--doubtful); padding: 0.5rem 1rem; margin: 1rem 0; }
.receptive-report ul { margin: 0.25rem 0; padding-left: 1.25rem; }
.receptive-report dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(11rem, 45%), 1fr)); gap: 0.5rem 1.5rem; margin: 0.75rem 0; }
.receptive-report dl.facts dt { color: var(--quiet); font-size: 0.85rem; }
.receptive-report dl.facts dd { margin: 0; }
.receptive-report dl.meanings { display: grid; grid-template-columns: minmax(min(9rem, 35vw), max-content) 1fr; gap: 0.4rem 1rem; margin: 0.75rem 0; max-width: 60rem; }
.receptive-report dl.meanings dt { font-weight: 600; }
.receptive-report dl.meanings dd { margin: 0; }

.receptive-report .scroll { overflow-x: auto; margin: 1rem 0; max-width: 100%; position: relative; }
.receptive-report .scroll:focus-visible, .receptive-report pre:focus-visible { outline: 3px solid light-dark(#0b62c4, #7db8ff); outline-offset: 2px; }
.receptive-report table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; line-height: 1.35; }
.receptive-report caption { text-align: left; font-weight: 600; padding: 0.25rem 0; position: sticky; left: 0; width: max-content; max-width: min(70rem, 88vw); }
.receptive-report details caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.receptive-report th, .receptive-report td { text-align: left; padding: 0.28rem 0.7rem; vertical-align: top; white-space: nowrap; }
.receptive-report thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; border-bottom: 1px solid var(--quiet); white-space: normal; min-width: 3.5rem; }
.receptive-report tbody { border-bottom: 1px solid var(--line); }
.receptive-report tbody th { font-weight: 500; white-space: normal; min-width: 6.5rem; max-width: 19rem; position: sticky; left: 0; background: var(--paper); }
.receptive-report .number { text-align: right; }
.receptive-report td.long { white-space: normal; min-width: 16rem; }
.receptive-report pre { background: var(--panel); padding: 0.75rem 1rem; margin: 0.5rem 0; overflow-x: auto; font: 0.85rem/1.45 ui-monospace, monospace; }
.receptive-report pre.wrapped { white-space: pre-wrap; overflow-wrap: anywhere; }
.receptive-report pre.all { user-select: all; -webkit-user-select: all; max-height: 24rem; overflow: auto; }
.receptive-report details { margin: 0.75rem 0; }
.receptive-report summary { cursor: pointer; padding: 0.25rem 0; font-weight: 600; }

.receptive-report .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1.25rem 2rem; margin: 1rem 0; }
.receptive-report figure { margin: 0; max-width: 28rem; break-inside: avoid; }
.receptive-report figcaption { font-weight: 600; font-size: 0.95rem; margin-bottom: 0.25rem; }
.receptive-report svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow: visible; }
.receptive-report svg text { fill: var(--ink); }
.receptive-report svg text.quiet { fill: var(--quiet); }
.receptive-report svg text.bad { fill: var(--bad); }
.receptive-report svg text.halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.receptive-report svg .end { text-anchor: end; }
.receptive-report svg .middle { text-anchor: middle; }
.receptive-report svg .small { font-size: 10px; }
.receptive-report svg .grid { stroke: var(--line); stroke-width: 1; }
.receptive-report svg .frame { stroke: var(--quiet); stroke-width: 1; fill: none; }
.receptive-report svg .track { fill: var(--panel); }
.receptive-report svg .gap { fill: var(--paper); }
.receptive-report svg .whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.receptive-report svg .limit { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }
.receptive-report svg .fill { fill: var(--of); }
.receptive-report svg .mark { fill: var(--of); stroke: var(--paper); stroke-width: 1; }
.receptive-report svg .stroke { stroke: var(--of); stroke-width: 2; fill: none; }
.receptive-report svg .dashed { stroke-dasharray: 5 4; stroke-width: 1.25; }
.receptive-report .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; font-size: 0.9rem; }
.receptive-report .legend svg { display: inline-block; width: 14px; height: 14px; margin-right: 0.4rem; vertical-align: -2px; }
.receptive-report .of0 { --of: light-dark(#0067a3, #5cb8f0); }
.receptive-report .of1 { --of: light-dark(#c24a00, #ff9a57); }
.receptive-report .of2 { --of: light-dark(#00765a, #3fd6a6); }
.receptive-report .of3 { --of: light-dark(#a03d7c, #f29bcb); }
.receptive-report .of4 { --of: light-dark(#7b6200, #e3c437); }
.receptive-report .of5 { --of: light-dark(#5a4fcf, #b3a6ff); }
.receptive-report .of6 { --of: light-dark(#4d5359, #c4c9ce); }
.receptive-report .of7 { --of: light-dark(#8a1c2b, #ff9c9c); }
.receptive-report .of-good { --of: var(--good); }
.receptive-report .of-bad { --of: var(--bad); }
.receptive-report .of-doubtful { --of: var(--doubtful); }
.receptive-report .of-quiet { --of: var(--quiet); }

.receptive-report .matrix { border-collapse: separate; border-spacing: 0; }
.receptive-report .matrix th, .receptive-report .matrix td { padding: 0.15rem 0.35rem; border-bottom: 1px solid var(--line); }
.receptive-report .matrix thead th { min-width: 0; }
.receptive-report .matrix thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.receptive-report .matrix td { text-align: center; min-width: 1.6rem; }
.receptive-report .matrix td svg, .receptive-report svg.sign { display: inline-block; width: 18px; height: 18px; vertical-align: -4px; }
.receptive-report svg .cut { stroke: var(--paper); stroke-width: 2.2; fill: none; stroke-linecap: round; stroke-linejoin: round; }
.receptive-report svg.cell { display: inline-block; width: 200px; height: 18px; vertical-align: -4px; }
.receptive-report svg.cell .stroke { stroke-width: 4; }
.receptive-report th svg.cell { display: block; }
.receptive-report .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.receptive-report .tiles { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; list-style: none; padding: 0; margin: 0.75rem 0; }
.receptive-report .tiles b { font-size: 1.5rem; margin: 0 0.3rem; font-variant-numeric: tabular-nums; }

@media (max-width: 30rem) {
  .receptive-report tbody th { max-width: 40vw; }
  .receptive-report th, .receptive-report td { padding-inline: 0.45rem; }
}
@media print {
  .receptive-report { color-scheme: light; max-width: none; padding: 0; font-size: 10pt; }
  .receptive-report nav { display: none; }
  .receptive-report .scroll { overflow: visible; }
  .receptive-report table { font-size: 7.5pt; }
  .receptive-report th, .receptive-report td { padding-inline: 0.3rem; }
  .receptive-report pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .receptive-report pre.all { max-height: none; }
  .receptive-report details::details-content { content-visibility: visible; block-size: auto; }
  .receptive-report tr { break-inside: avoid; }
  .receptive-report h2, .receptive-report h3, .receptive-report caption { break-after: avoid; }
}
`;
