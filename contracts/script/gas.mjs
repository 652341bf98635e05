// Prints what the main functions cost as transactions, and what proofs and evaluations cost by
// themselves; writes it all to gas.json beside contracts/. The figures come from test/*Gas.t.sol, which forge ran
// just before.
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const snapshots = ["transactions", "proofs", "sd-jwt", "evaluation", "presentations"].map(
  (name) => new URL(`snapshots/${name}.json`, root),
);
const figures = snapshots
  .flatMap((url) => Object.entries(JSON.parse(readFileSync(url, "utf8"))))
  .map(([name, gas]) => [name, Number(gas)]);

const width = Math.max(...figures.map(([name]) => name.length));
for (const [name, gas] of figures) {
  console.log(`${name.padEnd(width)}  ${gas.toLocaleString("en").padStart(9)}`);
}
writeFileSync(
  new URL("../gas.json", root),
  `${JSON.stringify(Object.fromEntries(figures), null, 2)}\n`,
);
