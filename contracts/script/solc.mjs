#!/usr/bin/env node
// forge's compiler: speaks the command line of solc, compiles with the npm package "solc",
// because native compilers come from no package registry. Both produce the same bytes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");

if (process.argv.includes("--version")) {
  console.log(`solc, the solidity compiler\nVersion: ${solc.version()}`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
