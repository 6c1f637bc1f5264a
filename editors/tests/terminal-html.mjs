// A terminal's screen as a page: what `tmux capture-pane -e` writes, with its colours, underlines and
// bold letters, on standard input; HTML on standard output.
//
// usage: node terminal-html.mjs BACKGROUND FOREGROUND
import { readFileSync } from "node:fs";

const [background, foreground] = process.argv.slice(2);
const BASIC = ["#000", "#a00", "#0a0", "#a50", "#00a", "#a0a", "#0aa", "#aaa", "#555", "#f55", "#5f5", "#ff5", "#55f", "#f5f", "#5ff", "#fff"];

/** One of the 256 colours. */
function indexed(number) {
  if (number < 16) {
    return BASIC[number];
  }
  if (number >= 232) {
    const grey = 8 + 10 * (number - 232);
    return `rgb(${grey},${grey},${grey})`;
  }
  const level = (step) => (step === 0 ? 0 : 55 + 40 * step);
  const cube = number - 16;
  return `rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`;
}

/** Applies the codes of one escape sequence to a style. */
function apply(style, codes) {
  const parts = codes.split(";");
  for (let at = 0; at < parts.length; at++) {
    const [code, ...details] = parts[at].split(":");
    const colour = () => {
      if (details.length > 0) {
        return details[0] === "2" ? `rgb(${details.slice(-3).join(",")})` : indexed(Number(details.at(-1)));
      }
      if (parts[at + 1] === "2") {
        at += 4;
        return `rgb(${parts.slice(at - 2, at + 1).join(",")})`;
      }
      at += 2;
      return indexed(Number(parts[at]));
    };
    const number = Number(code || 0);
    if (number === 0) style = {};
    else if (number === 1) style = { ...style, bold: true };
    else if (number === 3) style = { ...style, italic: true };
    else if (number === 4) style = { ...style, underline: details[0] === "0" ? undefined : details[0] === "3" ? "wavy" : "solid" };
    else if (number === 7) style = { ...style, reverse: true };
    else if (number === 22) style = { ...style, bold: false };
    else if (number === 23) style = { ...style, italic: false };
    else if (number === 24) style = { ...style, underline: undefined };
    else if (number === 27) style = { ...style, reverse: false };
    else if (number >= 30 && number <= 37) style = { ...style, fg: indexed(number - 30) };
    else if (number === 38) style = { ...style, fg: colour() };
    else if (number === 39) style = { ...style, fg: undefined };
    else if (number >= 40 && number <= 47) style = { ...style, bg: indexed(number - 40) };
    else if (number === 48) style = { ...style, bg: colour() };
    else if (number === 49) style = { ...style, bg: undefined };
    else if (number === 58) style = { ...style, line: colour() };
    else if (number === 59) style = { ...style, line: undefined };
    else if (number >= 90 && number <= 97) style = { ...style, fg: indexed(number - 82) };
    else if (number >= 100 && number <= 107) style = { ...style, bg: indexed(number - 92) };
  }
  return style;
}

function css({ fg = foreground, bg, bold, italic, underline, line, reverse }) {
  const [front, back] = reverse ? [bg ?? background, fg] : [fg, bg];
  return [
    `color:${front}`,
    back && `background:${back}`,
    bold && "font-weight:bold",
    italic && "font-style:italic",
    underline && `text-decoration:underline ${underline} ${line ?? front}`,
  ]
    .filter(Boolean)
    .join(";");
}

const escape = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);

let style = {};
const lines = readFileSync(0, "utf8").replace(/\n$/, "").split("\n");
const html = lines.map((line) =>
  line
    .split(/(\u001b\[[0-9;:]*m)/)
    .map((piece) => {
      const codes = /^\u001b\[([0-9;:]*)m$/.exec(piece);
      if (codes) {
        style = apply(style, codes[1]);
        return "";
      }
      return piece && `<span style="${css(style)}">${escape(piece)}</span>`;
    })
    .join(""),
);
process.stdout.write(`<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 12px 14px; background: ${background}; }
pre { margin: 0; font: 15px/20px "DejaVu Sans Mono", monospace; }
span { display: inline-block; height: 20px; vertical-align: top; white-space: pre; }
</style><pre>${html.join("\n")}</pre>`);
