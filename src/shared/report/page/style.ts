/**
 * The style of every page: on a narrow screen rows of figures stand below each other, each with its label, and
 * on paper no heading is parted from what it heads. The series colours stand at 3:1 or more against both backgrounds.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --soft: #5a6472; --rule: #d5dae1; --tint: #f4f6f8;
  --good: #17794a; --bad: #c2273a; --warn: #8a5a00; --shade: 37, 108, 190;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e6e9ed; --soft: #a0a9b5; --rule: #343b45; --tint: #1c2229;
    --good: #5cc98f; --bad: #ff7b86; --warn: #e0b050; --shade: 86, 156, 230;
  }
}
@media print {
  :root {
    --paper: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --tint: #ffffff;
    --good: #0e6338; --bad: #a8162a; --warn: #6e4800; --shade: 37, 108, 190;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
main { overflow-wrap: anywhere; max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 21px; margin: 48px 0 12px; padding-top: 20px; border-top: 1px solid var(--rule); }
h3 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 0 0 12px; max-width: 72ch; }
h1, h2, h3, p, li, dd { overflow-wrap: break-word; }
.soft, figcaption, caption { color: var(--soft); }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin-bottom: 16px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 16px 6px 0; text-align: left; vertical-align: top; }
.figures td { white-space: nowrap; }
.figures td code { display: inline-block; max-width: 26ch; white-space: normal; overflow-wrap: break-word; }
.wide { min-width: 640px; }
thead th { border-bottom: 1px solid var(--ink); font-weight: 600; white-space: nowrap; }
.figures thead th { white-space: normal; vertical-align: bottom; }
tbody tr { border-bottom: 1px solid var(--rule); }
.right { text-align: right; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.facts { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0 0 16px; padding: 0; }
.facts div { min-width: 84px; }
.facts dt { color: var(--soft); font-size: 14px; }
.facts dd { margin: 0; font-size: 19px; font-variant-numeric: tabular-nums; }
.lead { font-size: 18px; }
.missing { border-left: 4px solid var(--warn); background: var(--tint); padding: 4px 20px; margin: 16px 0; }
.missing h3 { margin-top: 12px; color: var(--warn); }
summary span { font-weight: 600; }
.about { display: grid; grid-template-columns: minmax(7em, max-content) minmax(0, 1fr); gap: 4px 20px; }
.about dt { color: var(--soft); }
.about dd { margin: 0; }
details { border-top: 1px solid var(--rule); padding: 8px 0; }
summary { cursor: pointer; font-weight: 500; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 16px 40px; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: 14px; margin-bottom: 4px; }
svg { display: block; width: 100%; height: auto; }
.confusion { border-collapse: separate; border-spacing: 2px; font-size: 13px; }
.confusion th, .confusion td { padding: 3px 4px; min-width: 32px; text-align: center; border: 0; font-weight: 400; white-space: nowrap; }
.confusion th { color: var(--soft); }
.confusion td { background: rgba(var(--shade), calc(var(--share) * 0.55)); }
.confusion tr { border: 0; }
.confusion.words th[scope='col'] { writing-mode: vertical-rl; text-align: left; vertical-align: bottom; }
@media (max-width: 600px) { .confusion.words { font-size: 11px; border-spacing: 1px; } .confusion.words th, .confusion.words td { min-width: 18px; padding: 2px; } }
.samples { display: flex; flex-wrap: wrap; gap: 10px; }
.samples figure { width: min-content; min-width: 60px; max-width: 160px; text-align: center; }
.samples img { display: block; margin: 0 auto; width: 60px; height: 60px; image-rendering: pixelated; border: 2px solid transparent; border-radius: 4px; }
.samples figcaption { overflow-wrap: break-word; margin: 2px 0 0; font-size: 13px; line-height: 1.25; color: var(--ink); }
.samples .wrong img { border-color: var(--bad); }
.samples .wrong figcaption { color: var(--bad); }
@media (max-width: 600px) {
  .about { display: block; }
  .about dd { margin: 0 0 10px; }
}
@media screen and (max-width: 960px) {
  main { padding: 20px 16px 48px; }
  .figures, .figures tbody, .figures tr, .figures td { display: block; }
  .figures thead { display: none; }
  .figures tr { padding: 8px 0; }
  .figures td { padding: 1px 0; white-space: normal; text-align: left; overflow-wrap: break-word; }
  .figures td:empty { display: none; }
  .figures td[data-label]::before { content: attr(data-label) ': '; color: var(--soft); }
}
@media print {
  main { max-width: none; padding: 0; }
  h1, h2, h3, h4, caption, figcaption, summary, thead, dt { break-after: avoid; }
  h3 + p, .facts:has(+ p), p:has(+ ul), p:has(+ dl) { break-after: avoid; }
  .columns { display: block; }
  .columns > figure { margin-bottom: 12px; max-width: 480px; }
  h1, h2, h3, h4, p, li, tr, img, svg, .facts, .about dd { break-inside: avoid; }
  p, li { orphans: 3; widows: 3; }
  section { break-before: auto; }
  /* sections that are collapsed on a screen are printed in full */
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; }
  .scroll { overflow: visible; }
  .wide { min-width: 0; }
  .figures { font-size: 12px; }
  .figures td, thead th { white-space: normal; }
  .figures th, .figures td { padding-right: 10px; }
  .confusion { font-size: 10px; border-spacing: 1px; }
  .confusion th, .confusion td { min-width: 20px; padding: 2px; }
  .confusion th[scope='col'] { writing-mode: vertical-rl; text-align: left; }
}
`;
