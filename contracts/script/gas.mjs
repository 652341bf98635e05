// Prints what the contracts cost, beside what the goal is, what cannot be undercut by the prices of
// the EIPs, and what others have published; and writes it all to gas.json beside contracts/. The
// figures are those of snapshots/, which forge's tests wrote just before; what they are compared
// with is in gas_references.json.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const text = (gas) => (gas === undefined ? "–" : Number(gas).toLocaleString("en"));

// What the precompiles alone cost, which the tests of proofs write beside what the whole costs.
const FLOOR = ", precompiles";

/** What was measured: [group, name, gas]; of snapshots that hold anything else, nothing. */
function measured() {
  return readdirSync(new URL("snapshots", root))
    .sort()
    .flatMap((file) =>
      Object.entries(read(`snapshots/${file}`))
        .filter(([, gas]) => /^\d+$/.test(gas))
        .map(([name, gas]) => [file.replace(".json", ""), name, Number(gas)]),
    );
}

/** Everything that is known of each figure. */
function rows(figures, references) {
  const floors = new Map(
    figures.filter(([, name]) => name.endsWith(FLOOR)).map(([, name, gas]) => [name, gas]),
  );
  return figures
    .filter(([, name]) => !name.endsWith(FLOOR))
    .map(([group, name, gas]) => {
      const { goal, floor = floors.get(name + FLOOR), published } = references[name] ?? {};
      return { group, name, gas, goal, floor, published };
    });
}

function print(table) {
  const width = Math.max(...table.map(({ name }) => name.length));
  let last;
  for (const { group, name, gas, goal, floor, published = [] } of table) {
    if (group !== last) console.log(`\n${group.padEnd(width)}        gas        goal       floor`);
    last = group;
    const cells = [text(gas), text(goal), text(floor)].map((cell) => cell.padStart(11)).join(" ");
    console.log(`${name.padEnd(width)}${cells}${goal < gas ? "   above the goal" : ""}`);
    for (const other of published) console.log(`  ${other}`);
  }
}

const references = read("script/gas_references.json");
const table = rows(measured(), references);
const names = new Set(table.map(({ name }) => name));
const unmeasured = Object.keys(references).filter((name) => !names.has(name));
print(table);
writeFileSync(new URL("../gas.json", root), `${JSON.stringify(table, null, 2)}\n`);
for (const name of unmeasured) console.error(`gas_references.json: nothing measures "${name}"`);
process.exitCode = unmeasured.length ? 1 : 0;
