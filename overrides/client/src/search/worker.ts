/**
 * Stands in for the theme's search worker: the index of the book and the engine that reads it are fetched at the first question, not with
 * every page, and the engine is asked in words that the book may hold.
 *
 * The theme sends `setup` with what `search_index.json` holds, which here is only where to find the rest, and asks once it hears `ready`.
 */
import { type Found, sorted } from "./results";
import { asked, question } from "./words";

const Kind = { setup: 0, ready: 1, query: 2, result: 3 } as const;

interface Setup {
  /** `worker` and `index` are addresses relative to this file; the rest is for the theme's own worker. */
  config: { worker: string; index: string };
  options: unknown;
}

type Message = { type: typeof Kind.setup; data: Setup } | { type: typeof Kind.query; data: string };

let setup: Setup;
let engine: Promise<Worker> | null = null;
let latest: Message;
/** What the engine has been asked and not answered; it answers in order. */
const open: Map<string, string[]>[] = [];

addEventListener("message", async ({ data: message }: MessageEvent<Message>) => {
  latest = message;
  if (message.type === Kind.setup) {
    setup = message.data;
    postMessage({ type: Kind.ready });
  } else if (message.data.trim() === "") {
    postMessage({ type: Kind.result, data: { items: [] } });
  } else {
    try {
      const started = await (engine ??= start(setup));
      if (message !== latest) return; // what was typed meanwhile is asked instead
      const words = asked(message.data);
      open.push(words);
      started.postMessage({ type: Kind.query, data: question(words) });
    } catch (error) {
      engine = null; // the next question tries again
      console.warn("The search did not start:", error);
    }
  }
});

async function start({ config, options }: Setup): Promise<Worker> {
  const [worker, index] = [config.worker, config.index].map((address) => new URL(address, location.href));
  const response = await fetch(index!);
  if (!response.ok) throw new Error(`${index} answered ${response.status}`);
  const { docs, config: fields } = await response.json();
  const engine = new Worker(worker!);
  await new Promise((ready, failed) => {
    engine.onmessage = ready;
    engine.onerror = failed;
    engine.postMessage({ type: Kind.setup, data: { config: { ...config, ...fields }, docs, options } });
  });
  engine.onmessage = ({ data: { data } }: MessageEvent<{ data: { items: Found[][] } }>) => {
    postMessage({ type: Kind.result, data: { ...data, items: sorted(data.items, open.shift()!) } });
  };
  return engine;
}
