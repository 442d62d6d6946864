// The ids of texts, one JSON string a line, by mistral-tokenizer-js: node mistral_ids.mjs TOKENIZER.mjs
import { createInterface } from "node:readline";
const { default: tokenizer } = await import(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(tokenizer.encode(JSON.parse(line), false)));
