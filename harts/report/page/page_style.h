// How reports' pages look: light or dark as its reader's system is, no script, nothing from
// elsewhere.
#pragma once
#include <string_view>

namespace stampede {

inline constexpr std::string_view page_style = R"(
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1d2329; --soft: #5d6873; --line: #dfe3e6; --bad: #b3261e;
  --bad-ground: #fdecea; --good: #1a7f37; --good-ground: #e7f6ec; --warn: #8a5a00; --warn-ground: #fff4dc; --covered: #e3f4e6; --missed: #fbe6e4;
  --s0: #1f6feb; --s1: #c2570c; --s2: #1a7f37; --s3: #8250df; --s4: #b3261e; --s5: #0d7d8c; --s6: #9a6700; --s7: #bf3989; --s8: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181c; --card: #1b2026; --ink: #e4e8ec; --soft: #98a3ae; --line: #313941;
  --bad: #ff8f85; --bad-ground: #3a1d1b; --good: #6fd08c; --good-ground: #16301f; --warn: #f0c468; --warn-ground: #35290f; --covered: #18331f;
  --missed: #3a201e; --s0: #6cabff; --s1: #f5975a; --s2: #6fd08c; --s3: #c39bff; --s4: #ff8f85; --s5: #5cc9d8; --s6: #d4a72c; --s7: #f778ba; --s8: #98a3ae; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1200px; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 8px; } p { margin: 4px 0; } a { color: inherit; }
.soft { color: var(--soft); } .detail { white-space: pre-line; } .verdict { padding: 16px 20px; border-radius: 10px; margin-bottom: 16px; }
.verdict.bad { background: var(--bad-ground); } .verdict.bad h1 { color: var(--bad); }
.verdict.good { background: var(--good-ground); } .verdict.good h1 { color: var(--good); }
.problem { background: var(--warn-ground); color: var(--warn); padding: 8px 14px; border-radius: 8px; margin: 6px 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; overflow-wrap: anywhere; }
.tile b { display: block; font-size: 21px; font-weight: 600; } .tile small { color: var(--soft); }
details.finding { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 6px 0; }
details.finding > summary { display: grid; grid-template-columns: 130px minmax(200px, 1fr) 60px minmax(110px, 200px) 70px 150px; gap: 12px; padding: 8px 14px;
  cursor: pointer; align-items: baseline; }
details.finding > summary > span { overflow-wrap: anywhere; } details.finding > div { padding: 4px 14px 14px; border-top: 1px solid var(--line); }
.head { display: grid; grid-template-columns: 130px minmax(200px, 1fr) 60px minmax(110px, 200px) 70px 150px; gap: 12px; padding: 0 15px; color: var(--soft);
  font-size: 13px; }
.place { display: block; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
.kind { font-weight: 600; color: var(--bad); overflow-wrap: anywhere; } .number { text-align: right; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; border-radius: 9px; padding: 0 8px; font-size: 12px; border: 1px solid var(--line); color: var(--soft); margin: 0 3px 2px 0; }
.badge.new { background: var(--bad); color: var(--card); border-color: var(--bad); } .badge.flaky { background: var(--warn-ground); color: var(--warn); }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; overflow-x: auto; margin: 6px 0;
  font: 12.5px/1.45 ui-monospace, monospace; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; } pre .here { background: var(--missed); display: block; } pre i { color: var(--soft); font-style: normal; }
h3 { font-size: 14px; margin: 12px 0 2px; } .frame { margin: 2px 0; font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 12px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px; }
figcaption { font-size: 14px; } .legend { color: var(--soft); } .legend span { display: inline-block; } .legend span::before { content: ""; display: inline-block; width: 14px; height: 3px;
  margin: 0 5px 3px 8px; background: currentColor; } svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 11.5px; }
.grid { stroke: var(--line); stroke-width: 1; } polyline { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); } .s4 { color: var(--s4); } .s5 { color: var(--s5); }
.s6 { color: var(--s6); } .s7 { color: var(--s7); } .s8 { color: var(--s8); } polyline.fit { stroke-width: 1; stroke-dasharray: 4 4; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; } td, th { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; } td.number, th.number { text-align: right; padding-right: 18px; }
details.function > summary { cursor: pointer; display: grid; grid-template-columns: minmax(160px, 2fr) minmax(160px, 2fr) 90px 120px; gap: 12px; padding: 2px 0; font-size: 14px; }
details.function > summary span { overflow-wrap: anywhere; } meter { width: 100%; }
pre .covered { background: var(--covered); display: block; } pre .missed { background: var(--missed); display: block; } pre .half { background: var(--warn-ground); display: block; }
pre .plain { display: block; }
@media (max-width: 700px) { .head { display: none; } details.finding > summary { grid-template-columns: 1fr; gap: 2px; } .number { text-align: left; }
  .plots { grid-template-columns: 1fr; } details.function > summary { grid-template-columns: 1fr 1fr; } body { padding: 12px; } }
)";

}  // namespace stampede
