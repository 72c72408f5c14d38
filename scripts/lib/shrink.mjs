// Makes WASM files smaller, in place: what `wasm-opt -Oz` does, for many files in as many threads as there are cores. The
// optimizer is a WASM file itself, and starting it anew for each of forty pieces takes longer than its work.
//
// usage: node scripts/lib/shrink.mjs FILE...
import fs from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort } from "node:worker_threads";

// What rustc 1.95 lets itself use for wasm32-unknown-unknown; a file with anything else is refused.
const FEATURES = [
  "BulkMemory",
  "BulkMemoryOpt",
  "CallIndirectOverlong",
  "Multivalue",
  "MutableGlobals",
  "NontrappingFPToInt",
  "ReferenceTypes",
  "SignExt",
];

/** The large ones first, so that no thread sits before one of them when the others are done. */
async function main(files) {
  const waiting = [...files].sort((one, other) => fs.statSync(one).size - fs.statSync(other).size);
  const threads = Math.min(os.availableParallelism(), waiting.length);
  const work = () =>
    new Promise((done, fail) => {
      // It does not know all that the linker's names say, and says so for every piece; only its failure is of interest.
      const worker = new Worker(fileURLToPath(import.meta.url), { stderr: true });
      const next = () => worker.postMessage(waiting.pop() ?? null);
      worker.on("message", next).on("error", fail).on("exit", (code) => (code === 0 ? done() : fail(new Error(`exit ${code}`))));
    });
  await Promise.all(Array.from({ length: threads }, work));
}

async function thread() {
  const { default: binaryen } = await import("../../.tools/npm/node_modules/binaryen/index.js");
  const features = FEATURES.reduce((all, name) => all | binaryen.Features[name], 0);
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  parentPort.on("message", (file) => {
    if (file === null) {
      parentPort.close();
      return;
    }
    const module = binaryen.readBinary(fs.readFileSync(file), features);
    if (module.validate() === 0) throw new Error(`${file} is not valid`);
    // The second round is quick, and makes up for what the command does and the library does not.
    module.optimize();
    module.optimize();
    fs.writeFileSync(file, module.emitBinary());
    module.dispose();
    parentPort.postMessage("next");
  });
  parentPort.postMessage("ready");
}

if (isMainThread) await main(process.argv.slice(2));
else await thread();
