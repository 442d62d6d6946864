import assert from "node:assert/strict";
import { test } from "vitest";
import { sorted } from "../src/search/results";
import { asked, beginnings, question } from "../src/search/words";

/** Forms of one word, each of which finds the others. */
const FAMILIES = [
  "quantise quantised quantises quantising quantisation quantize quantized quantizing quantization quantizations quantizer",
  "tokenise tokeniser tokenisers tokenization tokenizer tokenizers tokenized",
  "normalise normalised normalisation normalize normalization",
  "cache caches cached caching",
  "head heads",
  "embedding embeddings embedded",
  "training trained",
  "query queries",
  "layer layers",
  "byte bytes",
  "clip clipped clipping",
  "behaviour behavior",
  "centre center centred",
  "colour color colours",
  "mask masks masked masking",
  "bias biases",
  "expert experts",
  "size sizes",
];

for (const family of FAMILIES) {
  const forms = family.split(" ");
  test(`${forms[0]}: each form finds each`, () => {
    for (const typed of forms) {
      for (const written of forms)
        assert.ok(
          beginnings(typed).some((begun) => written.startsWith(begun)),
          `${typed} finds ${written}`,
        );
    }
  });
}

test("a beginning is a beginning of words that mean the same", () => {
  for (const [typed, other] of [
    ["quantization", "quantity"],
    ["central", "centimetre"],
    ["softmax", "soft"],
    ["rope", "rotation"],
    ["loss", "lost"],
    ["basis", "base"],
    ["basis", "basic"],
    ["press", "present"],
  ]) {
    assert.ok(!beginnings(typed!).some((begun) => other!.startsWith(begun)), `${typed} finds ${other}`);
  }
});

test("every word that is typed begins with what is looked for, or is spelled the other way", () => {
  for (const word of "a p kv gqa RoPE top_p attention.softmax 4096 naïve k-means's series".split(" "))
    assert.ok(word.toLowerCase().startsWith(beginnings(word)[0]!));
});

test("words that say nothing are left out, unless there are no others", () => {
  assert.deepEqual([...asked("what is the KV-cache for").keys()], ["KV", "cache"]);
  assert.deepEqual([...asked("is it").keys()], ["is", "it"]);
  assert.equal(question(asked("top-p")), "top p^1");
});

test("pages with all of the words come first, and a word is missing when none of its spellings is there", () => {
  const words = asked("quantization cache");
  const found = (location: string, score: number, terms: Record<string, boolean>) => [{ location, score, terms }];
  const pages = [
    found("one/", 9, { quantiz: false, quantis: false, cach: true }),
    found("both/", 3, { quantiz: false, quantis: true, cach: true }),
  ];
  const told = sorted(pages, words);
  assert.deepEqual(
    told.map(([section]) => section!.location),
    ["both/", "one/"],
  );
  assert.deepEqual(
    told.map(([section]) => section!.terms),
    [
      { quantis: true, cach: true },
      { quantization: false, cach: true },
    ],
  );
});

test("so do sections of a page, whatever the engine makes of them", () => {
  const words = asked("quantization cache");
  const section = (location: string, score: number, cach: boolean) => ({ location, score, terms: { quantiz: true, quantis: false, cach } });
  const [page] = sorted([[section("one/#a", 9, false), section("one/#b", 3, true)]], words);
  assert.deepEqual(
    page!.map(({ location }) => location),
    ["one/#b", "one/#a"],
  );
});
