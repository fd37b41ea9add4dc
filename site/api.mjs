// The API reference, by TypeDoc from the source: a page of Markdown for each entry of the package.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Converter } from "typedoc";
import { entries } from "../scripts/docs.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Writes the pages into a folder. Throws where TypeDoc finds something wrong, such as a link to a name that is not there. */
export async function writeApi(folder) {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: Object.values(entries).map((file) => join(root, `src/${file}.ts`)),
    tsconfig: join(root, "tsconfig.build.json"),
    plugin: ["typedoc-plugin-markdown"],
    outputs: [{ name: "markdown", path: folder }],
    outputFileStrategy: "modules",
    readme: "none",
    entryFileName: "index",
    name: "API",
    groupOrder: ["Functions", "Classes", "Variables", "Interfaces", "Type Aliases", "*"],
    disableSources: true,
    excludeInternal: true,
    // What the types are that entries do not export, is said where they are used.
    validation: { notExported: false, invalidLink: true, invalidPath: true },
    treatValidationWarningsAsErrors: true,
    // The project's own compiler checks the types.
    skipErrorChecking: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    sanitizeComments: true,
    logLevel: "Warn",
  });
  const names = Object.fromEntries(Object.entries(entries).map(([name, file]) => [file, name]));
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? [])
      module.name = names[module.name] ?? names[`${module.name}/index`] ?? module.name;
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the source.");
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("TypeDoc found something wrong in the comments of the source.");
}
