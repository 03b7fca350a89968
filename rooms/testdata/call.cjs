// Calls the page's program under Node: node call.cjs WASM_EXEC PROGRAM NAME ARGUMENTS, and prints the answer's JSON.
const fs = require("node:fs");
const [loader, program, name, args] = process.argv.slice(2);
globalThis.fs = fs;
globalThis.path = require("node:path");
require(loader);
const go = new globalThis.Go();
WebAssembly.instantiate(fs.readFileSync(program), go.importObject).then(async ({ instance }) => {
	go.run(instance);
	const answer = await globalThis.resnetlabCall(name, args, [], () => {});
	fs.writeSync(1, answer.json);
	process.exit(0);
}).catch((e) => {
	fs.writeSync(2, `${e}\n`);
	process.exit(1);
});
