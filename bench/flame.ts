/**
 * A flame graph from what `node --cpu-prof` writes: `node bench/flame.ts FILE.cpuprofile [FROM TO] > flame.svg`.
 * FROM and TO are parts of the recording, 0 to 1: 0.3 1 leaves out the start of the process. Time spent waiting is left out.
 */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** One box: a function below its caller, and the time in it and below it, in µs. */
interface Box {
  readonly name: string;
  readonly below: Map<string, Box>;
  time: number;
}

const WIDTH = 1_200;
const ROW = 17;
/** Narrower boxes say nothing. */
const NARROWEST = 1;
const LETTER = 6.2;

const [file = "", from = "0", to = "1"] = process.argv.slice(2);
const root = fold(JSON.parse(readFileSync(file, "utf8")) as Profile, Number(from), Number(to));
process.stdout.write(draw(root));

/** The recording as a tree of boxes, without the time in which nothing ran. */
function fold({ nodes, samples, timeDeltas }: Profile, first: number, last: number): Box {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const all: Box = { name: "all", below: new Map(), time: 0 };
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  let at = 0;
  for (const [i, id] of samples.entries()) {
    at += timeDeltas[i]!;
    if (at < first * total || at > last * total) continue;
    const names: string[] = [];
    for (let node: number | undefined = id; node !== undefined; node = callers.get(node)) {
      names.unshift(nameOf(byId.get(node)!));
    }
    if (names.at(-1) === "(idle)") continue;
    let box = all;
    box.time += timeDeltas[i]!;
    for (const name of names.slice(1)) {
      let next = box.below.get(name);
      if (next === undefined) box.below.set(name, (next = { name, below: new Map(), time: 0 }));
      next.time += timeDeltas[i]!;
      box = next;
    }
  }
  return all;
}

function nameOf({ callFrame: { functionName, url } }: ProfileNode): string {
  const module = url === "" ? "" : ` ${basename(dirname(url))}/${basename(url)}`;
  return `${functionName === "" ? "(anonymous)" : functionName}${module}`;
}

function draw(all: Box): string {
  const boxes: string[] = [];
  let deepest = 0;
  const add = (box: Box, x: number, depth: number): void => {
    const width = (box.time / all.time) * WIDTH;
    if (width < NARROWEST) return;
    deepest = Math.max(deepest, depth);
    const share = `${((100 * box.time) / all.time).toFixed(1)} %`;
    const letters = Math.floor((width - 4) / LETTER);
    const text = letters < 3 ? "" : escaped(box.name.slice(0, letters));
    boxes.push(
      `<g><title>${escaped(box.name)}: ${share}</title><rect x="${x.toFixed(1)}" y="${depth * ROW}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colorOf(box.name)}"/><text x="${(x + 2).toFixed(1)}" y="${depth * ROW + 12}">${text}</text></g>`,
    );
    let left = x;
    for (const each of [...box.below.values()].toSorted((a, b) => b.time - a.time)) {
      add(each, left, depth + 1);
      left += (each.time / all.time) * WIDTH;
    }
  };
  add(all, 0, 0);
  const height = (deepest + 1) * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10.5"><rect width="${WIDTH}" height="${height}" fill="#fff"/>\n${boxes.join("\n")}\n</svg>\n`;
}

/** Ours, the library's, Node's and the engine's own, each in its color. */
function colorOf(name: string): string {
  if (/ (?:engine|store|task|redis|net|stores)\/\S+\.ts$/.test(name)) return "#8fc7a3";
  if (/ (?:client|RESP|dist|lib)\/\S+\.js$/.test(name)) return "#e8c27a";
  if (/ (?:cells|bench)\/\S+\.ts$/.test(name)) return "#c9b6e4";
  return name.startsWith("(garbage") ? "#e79a8d" : "#b9c4d0";
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
