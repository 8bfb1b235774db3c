import { defineConfig } from "vitest/config";

// Fast tests live beside their sources; rig tests need real servers and have their own configuration.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    maxWorkers: 2,
  },
});
