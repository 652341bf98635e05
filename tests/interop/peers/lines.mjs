// Serves operations over standard input and output: one JSON object a line, answered in order.

import {createInterface} from 'node:readline';

/** Bytes of a hexadecimal string, as a plain Uint8Array. */
export const bytes = text => new Uint8Array(Buffer.from(text, 'hex'));

/** Hexadecimal string of some bytes. */
export const hex = data => Buffer.from(data).toString('hex');

/** Answer each line `{op, …arguments}` with `{result}` or `{error}`. */
export async function serve(operations) {
  for await (const line of createInterface({input: process.stdin})) {
    const {op, ...given} = JSON.parse(line);
    let answer;
    try {
      answer = {result: await operations[op](given)};
    } catch(error) {
      answer = {error: String(error?.message ?? error)};
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}
