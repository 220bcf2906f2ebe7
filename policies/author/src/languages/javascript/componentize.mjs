// Makes a component of a module, without anything of WASI.
import { writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const [sourcePath, witPath, worldName, file] = process.argv.slice(2);
const disableFeatures = ["stdio", "random", "clocks", "http", "fetch-event"];
try {
  const { component } = await componentize({ sourcePath, witPath, worldName, disableFeatures });
  await writeFile(file, component);
} catch (error) {
  console.error(error.message ?? String(error));
  process.exit(1);
}
