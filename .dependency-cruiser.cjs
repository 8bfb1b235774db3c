// Layers, top to bottom. A folder may import itself and what stands below it, never what stands above.
const layers = ["faces", "diagnosis", "kinds", "sandbox", "engine", "clients", "pki", "model", "text"];

const upward = layers.flatMap((layer, i) =>
  layers.slice(0, i).length === 0
    ? []
    : [
        {
          name: `${layer}-imports-upward`,
          severity: "error",
          from: { path: `^src/${layer}/` },
          // Tests of any layer may use the sandbox as the world outside.
          to: {
            path: `^src/(${layers
              .slice(0, i)
              .filter((each) => each !== "sandbox")
              .join("|")})/`,
          },
        },
        ...(i > layers.indexOf("sandbox")
          ? [
              {
                name: `${layer}-does-not-know-the-sandbox`,
                severity: "error",
                from: { path: `^src/${layer}/`, pathNot: "(\\.test\\.ts$|/testing/)" },
                to: { path: "^src/sandbox/" },
              },
            ]
          : []),
      ],
);

module.exports = {
  forbidden: [
    ...upward,
    {
      name: "kinds-do-not-know-the-sandbox",
      severity: "error",
      from: { path: "^src/(kinds|engine)/", pathNot: "(\\.test\\.ts$|/testing/)" },
      to: { path: "^src/sandbox/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-dev-dependencies-in-product",
      severity: "error",
      from: { path: "^src/", pathNot: "(\\.test\\.ts$|/testing/)" },
      to: { dependencyTypes: ["npm-dev"], pathNot: "kubernetes-types" },
    },
    {
      name: "product-does-not-import-tests",
      severity: "error",
      from: { path: "^src/", pathNot: "(\\.test\\.ts$|/testing/)" },
      to: { path: "(\\.test\\.ts$|/testing/)" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
  },
};
