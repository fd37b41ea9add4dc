// A trained network behind HTTP: rows as JSON in, predictions out. The file is one of `chainrule export RUN --format chainrule`.
// @ts-check
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { loadModel } from "chainrule/train";

// Change these: the file of your own network, and the port; 0 is any that is free.
const [file = "model.safetensors", port = "0"] = process.argv.slice(2);
const model = await loadModel(file);
if (model.kind !== "table") throw new Error(`${file} is a network of tensors; one of tables is needed.`);

const server = createServer(async (request, response) => {
  const rows = /** @type {any} */ (await json(request).catch(() => undefined));
  try {
    response.end(JSON.stringify(model.predict(rows)));
  } catch (error) {
    response.writeHead(400).end(JSON.stringify({ error: String(error) }));
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log("POST rows to", server.address()));
